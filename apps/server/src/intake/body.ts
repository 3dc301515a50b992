import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A request body cannot be read: the status that says so, and words for the sender. */
export interface BodyRefusal {
  status: 400 | 413 | 415 | 503;
  error: string;
  fix?: string;
}

export interface BodyLimits {
  /** One body, decompressed too. */
  maxBytes: number;
  /** All bodies that are being read at the same time. */
  maxBytesInFlight: number;
}

const defaultLimits: BodyLimits = { maxBytes: 64 << 20, maxBytesInFlight: 256 << 20 };

/** Reads bodies within limits; gzip is accepted, the content type is not looked at: senders often forget it. */
export function createBodyReader({ maxBytes, maxBytesInFlight }: BodyLimits = defaultLimits) {
  let inFlight = 0;
  const tooLarge: BodyRefusal = {
    status: 413,
    error: `the body is larger than ${maxBytes} bytes`,
    fix: 'send it in smaller parts',
  };
  const busy: BodyRefusal = { status: 503, error: 'too many large bodies at the same time' };

  function collect(stream: Readable, request: IncomingMessage): Promise<Buffer | BodyRefusal> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let size = 0;
      let isOver = false;
      const finish = (result: Buffer | BodyRefusal) => {
        inFlight -= size;
        size = 0;
        isOver = true;
        resolve(result);
        chunks.length = 0;
        // A small body may still unpack to very much: nobody wants the rest.
        if (isRefusal(result) && stream !== request) stream.destroy();
      };
      const take = (chunk: Buffer) => {
        // What still comes behind a refusal is not kept; `answer.ts` discards it.
        if (isOver) return;
        size += chunk.length;
        inFlight += chunk.length;
        if (size > maxBytes) finish(tooLarge);
        else if (inFlight > maxBytesInFlight) finish(busy);
        else chunks.push(chunk);
      };
      // Not `once`, not `off`: they cost as much as the body's bytes, and the stream ends here anyway.
      stream.on('data', take);
      stream.on('end', () => !isOver && finish(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
      stream.on('error', (error) => finish({ status: 400, error: `the body broke off: ${error.message}` }));
    });
  }

  return (request: IncomingMessage): Promise<Buffer | BodyRefusal> => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > maxBytes) return Promise.resolve(tooLarge);
    if (inFlight + announced > maxBytesInFlight) return Promise.resolve(busy);
    const stream = decoded(request);
    if (stream) return collect(stream, request);
    const error = `the content encoding "${request.headers['content-encoding']}" is not known`;
    return Promise.resolve({ status: 415, error, fix: 'send it plain or with gzip' });
  };
}

export type ReadBody = ReturnType<typeof createBodyReader>;

export function isRefusal(body: Buffer | BodyRefusal): body is BodyRefusal {
  return !Buffer.isBuffer(body);
}

function decoded(request: IncomingMessage): Readable | undefined {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (encoding === 'identity') return request;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return undefined;
  const gunzip = createGunzip();
  // A pipe does not pass on that its source broke off.
  request.once('error', (error) => gunzip.destroy(error));
  return request.pipe(gunzip);
}
