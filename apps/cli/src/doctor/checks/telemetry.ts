import { join } from 'node:path';
import type { Check } from '../check.ts';
import { failed, ok, warning } from '../finding.ts';

const signals = {
  OTEL_METRICS_EXPORTER: 'totals of tokens and cost',
  OTEL_LOGS_EXPORTER: 'requests, decisions and prompts',
};

export const telemetry: Check = {
  title: 'telemetry on',
  look({ telemetry: variables, home, self }) {
    const isOn = variables.get('CLAUDE_CODE_ENABLE_TELEMETRY');
    if (isOn?.value !== '1')
      return warning(
        isOn
          ? `CLAUDE_CODE_ENABLE_TELEMETRY is ${isOn.value} in ${isOn.place}: nothing is sent.`
          : 'Claude Code is not told to send telemetry: tokens and cost are estimates from transcripts.',
        `${self} setup --global --telemetry user.`,
      );
    const without = Object.entries(signals).filter(([name]) => !variables.get(name)?.value.split(',').includes('otlp'));
    const [lacking] = without;
    if (lacking)
      return failed(
        `${lacking[0]} is not otlp: ${lacking[1]} do not come.`,
        `Set it to otlp in ${isOn.place}, or run ${self} setup again.`,
      );
    const session = variables.get('OTEL_METRICS_INCLUDE_SESSION_ID');
    if (session?.value === 'false')
      return failed(
        `OTEL_METRICS_INCLUDE_SESSION_ID is false in ${session.place}: nobody knows whose tokens and cost they are.`,
        'Take it out of there.',
      );
    const file = join(home, 'telemetry.json');
    if (isOn.place === file)
      return ok(`In effect for sessions started with claude --settings ${file}, and for no others.`);
    return ok(`On, by ${isOn.place}.`);
  },
};
