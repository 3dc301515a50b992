import type { Check } from '../check.ts';
import { failed, ok, skipped, warning } from '../finding.ts';
import { isSame } from '../hook-destination.ts';
import { postOtlp } from '../probe/otlp.ts';

export const ports: Check = {
  title: 'the port for telemetry',
  async look({ answer: { status }, otlp: { endpoint, why }, service, env }) {
    if (!status) return skipped('The service has to say it.');
    const refusal = await postOtlp(
      endpoint,
      'metrics',
      {},
      service.token && { authorization: `Bearer ${service.token}` },
    );
    if (refusal !== undefined)
      return failed(
        `Nobody takes telemetry at ${endpoint} (${refusal}).`,
        'Where the stack runs, start the collector: docker compose up -d. Else start the service again; its log says who has the port.',
      );
    if (status.otlpPort === 'off' && isSame(endpoint, service.url) && endpoint.startsWith('http:'))
      return warning(
        `The service leaves telemetry to a collector (TELLTALE_OTLP_PORT is off), and none answers on port ${env.OTLP_HTTP_PORT ?? 4318}.`,
        'Start it: docker compose up -d otel-collector. OTLP_HTTP_PORT names another port; without the stack, give the service its port back.',
      );
    if (isSame(endpoint, service.url))
      return ok(`Telemetry is taken at ${endpoint}, the service’s own address: another program has the usual port.`);
    return ok(`Telemetry is taken at ${endpoint} (${why}).`);
  },
};
