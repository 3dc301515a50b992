import type { IncomingMessage, ServerResponse } from 'node:http';

/** What an intake route answers. */
export interface Answer {
  status: number;
  /** JSON for objects, plain text for strings, bytes as they are; absent: an empty body, as http hooks need. */
  body?: string | Buffer | { error: string; fix?: string } | Record<string, unknown>;
  headers?: Record<string, string>;
}

/** Seconds after which a sender that got 503 should come back. */
const retryAfterS = '2';
/** How long an early answer waits for its sender to stop sending: closing before would lose the answer. */
const lingerMs = 2000;

export function send(request: IncomingMessage, response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  if (status === 200 && body === undefined && headers === undefined && request.complete) {
    // What nearly every request gets.
    response.end();
    return;
  }
  const isText = typeof body === 'string';
  const isReady = isText || Buffer.isBuffer(body);
  const text = body === undefined ? '' : isReady ? body : JSON.stringify(body);
  if (text.length > 0) response.setHeader('content-type', isText ? 'text/plain; charset=utf-8' : 'application/json');
  if (status === 503) response.setHeader('retry-after', retryAfterS);
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  if (request.complete) {
    if (status !== 204) response.setHeader('content-length', Buffer.byteLength(text));
    response.statusCode = status;
    response.end(text);
  } else {
    answerEarly(request, response, status, text);
  }
}

/** Answers a request whose body was not read to its end, and discards what is still coming. */
function answerEarly(request: IncomingMessage, response: ServerResponse, status: number, text: string | Buffer): void {
  response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) });
  response.write(text);
  const end = () => {
    clearTimeout(timer);
    response.end();
    request.destroy();
  };
  const timer = setTimeout(end, lingerMs).unref();
  request.once('end', end).once('close', end).resume();
}
