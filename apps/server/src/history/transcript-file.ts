import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { cksum } from './cksum.ts';

/** A transcript on this machine, and whose it is. */
export interface LocalTranscript {
  path: string;
  sessionId: string;
  agentId?: string;
  app?: string;
}

/** Where the bytes go: the same door that senders knock at, so an import and a sender agree on offsets. */
export interface TranscriptDoor {
  offsetOf(file: { sessionId: string; agentId?: string; head: string; size: number }): number;
  take(chunk: TranscriptBytes): Promise<{ stored: number; nextOffset: number }>;
  /** A subagent's `.meta.json`. */
  takeMeta(whose: { sessionId: string; agentId: string }, bytes: Buffer): Promise<void>;
}

interface TranscriptBytes {
  sessionId: string;
  agentId?: string;
  app?: string;
  head: string;
  size: number;
  offset: number;
  bytes: Buffer;
}

const chunkBytes = 1 << 20;
/** A single longer line is more than any sender may post. */
const maxLineBytes = 64 << 20;
const maxMetaBytes = 1 << 20;

/**
 * Brings what the store lacks of one file, in slices, so that the event loop stays free; answers how many entries
 * were new. Reads only, never follows a symbolic link, and leaves a last line alone that is still being written.
 */
export async function takeTranscriptFile(file: LocalTranscript, door: TranscriptDoor): Promise<number> {
  const { path, ...whose } = file;
  const handle = await openToRead(path);
  try {
    const { size } = await handle.stat();
    const firstLine = await readLine(handle, 0, size);
    if (!firstLine) return 0;
    const head = `${cksum(firstLine)}-${firstLine.length}`;
    let entries = 0;
    for (let offset = door.offsetOf({ ...whose, head, size }); offset < size; ) {
      const bytes = (await readLines(handle, offset, size)) ?? (await readLine(handle, offset, size));
      if (!bytes) break;
      const { stored, nextOffset } = await door.take({ ...whose, head, size, offset, bytes });
      if (nextOffset === offset) break;
      entries += stored;
      offset = nextOffset;
      await setImmediate();
    }
    return entries;
  } finally {
    await handle.close();
  }
}

/** What Claude Code wrote about a subagent, beside its transcript. */
export async function takeMetaFile({ path, sessionId, agentId }: LocalTranscript, door: TranscriptDoor): Promise<void> {
  if (agentId === undefined) return;
  const metaPath = path.replace(/\.jsonl$/, '.meta.json');
  // Often there is none.
  const handle = await openToRead(metaPath).catch(() => undefined);
  if (!handle) return;
  try {
    await door.takeMeta({ sessionId, agentId }, await readBytes(handle, 0, maxMetaBytes));
  } finally {
    await handle.close();
  }
}

/** Only a file itself: no link, no folder, and no pipe, whose opening would wait for a writer. */
export async function openToRead(path: string): Promise<FileHandle> {
  // Windows has neither flag.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new Error('it is not a file');
}

/** As many whole lines as one chunk holds; undefined when not even one does. */
async function readLines(handle: FileHandle, offset: number, size: number): Promise<Buffer | undefined> {
  const bytes = await readBytes(handle, offset, Math.min(chunkBytes, size - offset));
  const end = bytes.lastIndexOf(10) + 1;
  return end > 0 ? bytes.subarray(0, end) : undefined;
}

/** The line that starts at `offset`, with its newline; undefined while it is being written. */
async function readLine(handle: FileHandle, offset: number, size: number): Promise<Buffer | undefined> {
  const rest = Math.min(size - offset, maxLineBytes);
  for (let length = Math.min(65_536, rest); length > 0; length = Math.min(length * 4, rest)) {
    const bytes = await readBytes(handle, offset, length);
    const end = bytes.indexOf(10) + 1;
    if (end > 0) return bytes.subarray(0, end);
    if (length === rest) break;
  }
  return undefined;
}

async function readBytes(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** Whether anything behind `offset` can be taken: a line that is still being written cannot. */
export async function hasLineBehind(path: string, offset: number): Promise<boolean> {
  const handle = await openToRead(path).catch(() => undefined);
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    return (await readLine(handle, offset, size)) !== undefined;
  } finally {
    await handle.close();
  }
}
