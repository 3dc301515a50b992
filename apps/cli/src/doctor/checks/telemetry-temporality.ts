import type { Check } from '../check.ts';
import { ok, skipped, warning } from '../finding.ts';

const name = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';

export const telemetryTemporality: Check = {
  title: 'temporality of metrics',
  look({ telemetry }) {
    if (telemetry.get('CLAUDE_CODE_ENABLE_TELEMETRY')?.value !== '1') return skipped('Telemetry is off.');
    const told = telemetry.get(name);
    if (told?.value.toLowerCase() === 'cumulative')
      return ok('Counters are cumulative: one that got lost is in the next.');
    return warning(
      `Counters are ${told ? `${told.value} in ${told.place}` : 'delta, which is the client’s own choice'}: what an export loses is lost for good.`,
      `Set ${name} to cumulative.`,
    );
  },
};
