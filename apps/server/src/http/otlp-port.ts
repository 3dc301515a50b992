import { send } from '../intake/answer.ts';
import type { Intake } from '../intake/intake.ts';
import type { Guard } from './guard.ts';
import { tellOtlpMistakes } from './otlp-mistakes.ts';
import { createIntakeServer, drain, type ListenOptions, listen, turnsAway } from './server.ts';

export interface OtlpPort {
  /** Absent where nothing listens. */
  port?: number;
  close(drainMs: number): Promise<void>;
}

export interface OtlpPortOptions {
  port: number | 'off';
  host: string;
  /** Answers `/v1/…` and nothing else. */
  intake: Intake;
  guard: Guard;
  /** A busy port, where telemetry is still taken on the service's own one; clients that send in vain. */
  onProblem: (problem: string) => void;
}

/** The port that Claude Code exports to by default. It is a second door to the same intake. */
export async function openOtlpPort({ port, host, intake, guard, onProblem }: OtlpPortOptions): Promise<OtlpPort> {
  const closed = { close: () => Promise.resolve() };
  if (port === 'off') return closed;
  const server = createIntakeServer(intake, guard, (request, response) => {
    if (turnsAway(guard, request, response)) return;
    mistakes.unanswered(request);
    send(request, response, { status: 404, body: { error: 'only POST /v1/logs, /v1/metrics and /v1/traces' } });
  });
  const mistakes = tellOtlpMistakes(server, onProblem);
  try {
    return { port: await listen(server, { port, host, problemOf }), close: (drainMs) => drain(server, drainMs) };
  } catch (error) {
    onProblem(error instanceof Error ? error.message : String(error));
    return closed;
  }
}

const problemOf: ListenOptions['problemOf'] = ({ code, message }, { port }) => {
  const why =
    code === 'EADDRINUSE' ? 'is in use, perhaps by an OpenTelemetry collector' : `cannot be opened: ${message}`;
  return `TELLTALE_OTLP_PORT ${port} ${why}; telemetry is taken on TELLTALE_PORT only`;
};
