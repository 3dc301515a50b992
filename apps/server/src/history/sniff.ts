import { isFields, textAt } from '@telltale/core';
import { openToRead } from './transcript-file.ts';

const headBytes = 64 * 1024;
/** Lines of any client's transcript have one of these beside their type. */
const marks = ['sessionId', 'uuid', 'message', 'timestamp', 'leafUuid', 'summary', 'snapshot'];

/** Whether a file looks like a transcript, and whose it says it is; undefined for anything else. */
export async function sniff(path: string): Promise<{ sessionId?: string } | undefined> {
  const handle = await openToRead(path).catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(headBytes), 0, headBytes, 0);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    const known = lines.map(readLine).filter((line) => line !== undefined);
    if (known.length === 0) return undefined;
    const sessionId = known.find((line) => line.sessionId !== undefined)?.sessionId;
    return sessionId === undefined ? {} : { sessionId };
  } finally {
    await handle.close();
  }
}

function readLine(text: string): { sessionId?: string } | undefined {
  const line = parsed(text);
  // The first line may be longer than what was read.
  if (line === undefined) {
    const sessionId = /^\{.*"sessionId":"([\w-]+)"/.exec(text)?.[1];
    return sessionId !== undefined && text.includes('"type":"') ? { sessionId } : undefined;
  }
  if (!isFields(line) || textAt(line, 'type') === undefined || !marks.some((mark) => mark in line)) return undefined;
  const sessionId = textAt(line, 'sessionId');
  return sessionId === undefined ? {} : { sessionId };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut, or no JSON at all.
    return undefined;
  }
}
