import type { Check } from '../check.ts';
import { failed, ok, skipped, warning } from '../finding.ts';
import { isSame } from '../hook-destination.ts';

export const telemetryEndpoint: Check = {
  title: 'where telemetry goes',
  look({ telemetry, otlp, service, answer: { status }, self, env }) {
    if (telemetry.get('CLAUDE_CODE_ENABLE_TELEMETRY')?.value !== '1') return skipped('Telemetry is off.');
    const told = telemetry.get('OTEL_EXPORTER_OTLP_ENDPOINT');
    if (!told) return failed('OTEL_EXPORTER_OTLP_ENDPOINT is not set.', `Set it to ${otlp.endpoint}.`);
    const { value, place } = told;
    if (!URL.canParse(value))
      return failed(
        `OTEL_EXPORTER_OTLP_ENDPOINT is "${value}" in ${place}, which is no address.`,
        `Set it to ${otlp.endpoint}.`,
      );
    if (/\/v1\/\w+\/?$/.test(value))
      return failed(
        `OTEL_EXPORTER_OTLP_ENDPOINT has a path in ${place}; the client adds /v1/metrics and the others itself.`,
        `Set it to ${otlp.endpoint}.`,
      );
    if (isSame(value, otlp.endpoint)) return ok(`Telemetry goes to ${value}.`);
    if (!status) return skipped('The service has to say where it is taken.');
    const collector = `http://${new URL(service.url).hostname}:${env.OTLP_HTTP_PORT ?? 4318}`;
    if (status.otlpPort === 'off' && isSame(value, collector))
      return ok(`Telemetry goes to ${value}, the collector’s.`);
    if (isSame(value, service.url))
      return status.otlpPort === 'off'
        ? warning(
            `Telemetry goes to ${value}, past the collector: all of it is in Telltale, nothing in Grafana.`,
            `Set the endpoint to ${otlp.endpoint}.`,
          )
        : ok(`Telemetry goes to ${value}, the service’s own address.`);
    if (telemetry.get('OTEL_EXPORTER_OTLP_PROTOCOL')?.value === 'grpc' && status.otlpPort === 'off')
      return ok(`Telemetry goes to ${value} by gRPC.`);
    return warning(
      `Telemetry goes to ${value} (${place}), and it is taken at ${otlp.endpoint} (${otlp.why}).`,
      `Set the endpoint to ${otlp.endpoint}, or run ${self} setup --global again; a collector of yours may pass it on, the probe shows it.`,
    );
  },
};
