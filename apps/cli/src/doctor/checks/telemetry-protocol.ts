import type { Check } from '../check.ts';
import { failed, ok, skipped, warning } from '../finding.ts';

const names = [
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL',
  'OTEL_EXPORTER_OTLP_LOGS_PROTOCOL',
  'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
];
const good = ['http/protobuf', 'http/json'];

export const telemetryProtocol: Check = {
  title: 'protocol of telemetry',
  look({ telemetry, answer: { status } }) {
    if (telemetry.get('CLAUDE_CODE_ENABLE_TELEMETRY')?.value !== '1') return skipped('Telemetry is off.');
    const told = names.flatMap((name) => {
      const variable = telemetry.get(name);
      return variable ? [{ name, ...variable }] : [];
    });
    if (told.length === 0)
      return failed(
        'OTEL_EXPORTER_OTLP_PROTOCOL is not set: the client sends nothing.',
        'Set it to http/protobuf beside the endpoint.',
      );
    const grpc = told.find(({ value }) => value === 'grpc');
    const isEmbedded = status !== undefined && status.otlpPort !== 'off';
    if (grpc && isEmbedded)
      return failed(
        `${grpc.name} is grpc in ${grpc.place}, which the service alone does not speak; nothing arrives.`,
        'Set it to http/protobuf, and the endpoint to port 4318; gRPC is for the collector of the stack, on 4317.',
      );
    const bad = told.find(({ value }) => value !== 'grpc' && !good.includes(value));
    if (bad)
      return failed(
        `${bad.name} is ${bad.value} in ${bad.place}, which is no protocol: the client sends nothing.`,
        `Set it to ${good.join(' or ')}.`,
      );
    const port = portOf(telemetry.get('OTEL_EXPORTER_OTLP_ENDPOINT')?.value);
    if (grpc && port === '4318')
      return failed(
        `${grpc.name} is grpc, and the endpoint is port 4318, which speaks HTTP.`,
        'Set the endpoint to port 4317, or the protocol to http/protobuf.',
      );
    if (!grpc && port === '4317')
      return warning('The endpoint is port 4317, which speaks gRPC in the stack.', 'Set it to port 4318.');
    return ok([...new Set(told.map(({ value }) => value))].join(', '));
  },
};

function portOf(url: string | undefined): string | undefined {
  return url && URL.canParse(url) ? new URL(url).port : undefined;
}
