import { closeSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sessionFileName, transcriptSays } from '@telltale/core';
import { Problem } from '../problem.ts';
import { inWords } from './unreadable.ts';

/** A transcript that lies in a folder of any shape. */
export interface FoundFile {
  path: string;
  sessionId: string;
  agentId?: string;
  bytes: number;
  changedMs: number;
}

export interface FoundFiles {
  /** By session. */
  files: FoundFile[];
  /** Files named `.jsonl` that hold something else. */
  skipped: number;
}

const headBytes = 64 * 1024;
const safeId = /^[\w-]{1,200}$/;

/** The transcript of that name with those of its subagents, or all below that folder; links below it are left out. */
export function findTranscripts(path: string): FoundFiles {
  try {
    const found = transcriptsIn(path);
    if (found.files.length > 0) return found;
  } catch (error) {
    throw inWords(error);
  }
  throw new Problem(`There is no transcript of Claude Code in ${path}.`);
}

function transcriptsIn(path: string): FoundFiles {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new Problem(`There is no file or folder ${path}.`, 2);
  if (!stat.isFile() && !stat.isDirectory()) throw new Problem(`${path} is neither a file nor a folder.`, 2);
  const files: FoundFile[] = [];
  let skipped = 0;
  for (const candidate of stat.isFile() ? [path, ...besides(path)] : jsonlBelow(path)) {
    const own = candidate === path ? stat : lstatSync(candidate, { throwIfNoEntry: false });
    if (!own?.isFile() || own.size === 0) continue;
    const whose = whoseIs(candidate);
    if (whose) files.push({ path: candidate, ...whose, bytes: own.size, changedMs: own.mtimeMs });
    else skipped += 1;
  }
  return { files: files.sort((a, b) => (a.sessionId < b.sessionId ? -1 : a.sessionId > b.sessionId ? 1 : 0)), skipped };
}

/** A session's subagents write beside it: `<session>/subagents/agent-<id>.jsonl`. */
function besides(path: string): string[] {
  const folder = join(dirname(path), basename(path, '.jsonl'), 'subagents');
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? jsonlBelow(folder) : [];
}

function jsonlBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** By its name where the client gave it one, else by its first lines. */
function whoseIs(path: string): Pick<FoundFile, 'sessionId' | 'agentId'> | undefined {
  const name = basename(path, '.jsonl');
  if (sessionFileName.test(name)) return { sessionId: name };
  const agentId = /^agent-([\w-]+)$/.exec(name)?.[1];
  const owner = basename(dirname(dirname(path)));
  const isBeside = basename(dirname(path)) === 'subagents' && sessionFileName.test(owner);
  const sessionId = agentId !== undefined && isBeside ? owner : transcriptSays(headOf(path))?.sessionId;
  if (sessionId === undefined || !safeId.test(sessionId)) return undefined;
  return { sessionId, ...(agentId !== undefined && { agentId }) };
}

function headOf(path: string): string {
  const handle = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(headBytes);
    return buffer.toString('utf8', 0, readSync(handle, buffer, 0, headBytes, 0));
  } finally {
    closeSync(handle);
  }
}
