import { setImmediate } from 'node:timers/promises';

const pieceLength = 64 * 1024;

/** Text as a stream of bytes: made no faster than it is read, with a pause for others after each piece. */
export function byteStream(texts: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const pieces = piecesOf(texts)[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return?.(undefined);
    },
  });
}

async function* piecesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
    await setImmediate();
  }
  if (piece !== '') yield piece;
}
