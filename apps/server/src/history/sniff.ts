import { transcriptSays } from '@telltale/core';
import { openToRead } from './transcript-file.ts';

const headBytes = 64 * 1024;

/** Whether a file looks like a transcript, and whose it says it is; undefined for anything else. */
export async function sniff(path: string): Promise<{ sessionId?: string } | undefined> {
  const handle = await openToRead(path).catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(headBytes), 0, headBytes, 0);
    return transcriptSays(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}
