import { createServer, type Server } from 'node:http';
import { send } from '../intake/answer.ts';
import type { Intake } from '../intake/intake.ts';
import { type Guard, pathOf } from './guard.ts';
import { drain } from './server.ts';

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
  /** A busy port: telemetry is still taken on the service's own one. */
  onProblem: (problem: string) => void;
}

/** The port that Claude Code exports to by default. It is a second door to the same intake. */
export async function openOtlpPort({ port, host, intake, guard, onProblem }: OtlpPortOptions): Promise<OtlpPort> {
  const closed = { close: () => Promise.resolve() };
  if (port === 'off') return closed;
  const server = createServer({ keepAliveTimeout: 30_000, requestTimeout: 120_000 }, (request, response) => {
    const { host: name, origin } = request.headers;
    const refused = guard({ host: name, origin, path: pathOf(request.url) });
    const handle = intake.find(request);
    if (refused) send(request, response, { status: 403, body: { error: refused } });
    else if (handle) void handle(request, response);
    else send(request, response, { status: 404, body: { error: 'only POST /v1/logs, /v1/metrics and /v1/traces' } });
  });
  const problem = await problemOfListening(server, port, host);
  if (problem !== undefined) {
    onProblem(problem);
    return closed;
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: (drainMs) => drain(server, drainMs),
  };
}

function problemOfListening(server: Server, port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const why =
        code === 'EADDRINUSE' ? 'is in use, perhaps by an OpenTelemetry collector' : `cannot be opened: ${message}`;
      resolve(`TELLTALE_OTLP_PORT ${port} ${why}; telemetry is taken on TELLTALE_PORT only`);
    });
    server.listen(port, host.replace(/^\[|\]$/g, ''), () => resolve(undefined));
  });
}
