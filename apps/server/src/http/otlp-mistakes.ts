import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { pathOf } from './guard.ts';

export interface OtlpMistakes {
  /** Looks at a request that nothing here answers. */
  unanswered(request: IncomingMessage): void;
}

/**
 * A client that is set up wrongly says nothing itself: it sends in vain and goes on. So whoever runs the service is told,
 * once for each mistake.
 */
export function tellOtlpMistakes(server: Server, tell: (mistake: string) => void): OtlpMistakes {
  const told = new Set<string>();
  const once = (mistake: keyof typeof mistakes) => {
    if (told.has(mistake)) return;
    told.add(mistake);
    tell(mistakes[mistake]);
  };
  server.on('clientError', (error: ClientError, socket: Socket) => {
    if (error.rawPacket?.toString('latin1').startsWith('PRI * HTTP/2')) once('grpc');
    // What Node does where nobody listens.
    const status = statuses[error.code ?? ''] ?? 400;
    if (!socket.writable) return void socket.destroy();
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  });
  return {
    unanswered({ method, url }) {
      if (method === 'POST' && /.\/v1\/(logs|metrics|traces)$/.test(pathOf(url))) once('path');
    },
  };
}

const mistakes = {
  grpc: 'a client speaks gRPC to this port, which takes HTTP only: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
  path: 'a client sends to a path behind the right one, such as /v1/metrics/v1/logs: OTEL_EXPORTER_OTLP_ENDPOINT is an address without a path, such as http://127.0.0.1:4318',
} as const;

type ClientError = NodeJS.ErrnoException & { rawPacket?: Buffer };
const statuses: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };
