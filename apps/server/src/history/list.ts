import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionFileName } from '@telltale/core';
import { sniff } from './sniff.ts';
import type { LocalTranscript } from './transcript-file.ts';

/** A transcript that lies on this machine. */
export interface FoundTranscript extends LocalTranscript {
  /** The folder's name below `projects`. */
  project: string;
  bytes: number;
  /** Milliseconds since 1970. */
  changedAt: number;
}

export interface FoundTranscripts {
  /** Newest first. */
  transcripts: FoundTranscript[];
  /** Files named `.jsonl` that hold something else. */
  skipped: number;
}

const maxFiles = 200_000;

/** The transcripts below Claude Code's `projects` that changed since then; symbolic links are left out. */
export async function listTranscripts(projects: string, sinceMs = 0): Promise<FoundTranscripts> {
  const transcripts: FoundTranscript[] = [];
  let skipped = 0;

  async function take(transcript: LocalTranscript, project: string): Promise<void> {
    const stat = await lstat(transcript.path).catch(() => undefined);
    // It went away meanwhile, or is a link.
    if (!stat?.isFile() || stat.size === 0 || stat.mtimeMs < sinceMs || transcripts.length >= maxFiles) return;
    transcripts.push({ ...transcript, project, bytes: stat.size, changedAt: stat.mtimeMs });
  }

  for (const project of await entriesOf(projects)) {
    if (!project.isDirectory()) continue;
    const folder = join(projects, project.name);
    for (const entry of await entriesOf(folder)) {
      const name = /^([\w-]+)\.jsonl$/.exec(entry.name)?.[1];
      if (entry.isFile() && name) {
        const transcript = await whoseIs(join(folder, entry.name), name);
        if (transcript) await take(transcript, project.name);
        else skipped += 1;
      }
      if (entry.isDirectory())
        for (const agent of await agentsOf(join(folder, entry.name), entry.name)) await take(agent, project.name);
    }
  }
  return { transcripts: transcripts.sort((a, b) => b.changedAt - a.changedAt), skipped };
}

/** A session's subagents write beside it: `<session>/subagents/agent-<id>.jsonl`. */
export async function agentsOf(folder: string, sessionId: string): Promise<LocalTranscript[]> {
  const subagents = join(folder, 'subagents');
  if (!(await lstat(subagents).catch(() => undefined))?.isDirectory()) return [];
  return (await entriesOf(subagents)).flatMap((entry) => {
    const agentId = /^agent-([\w-]+)\.jsonl$/.exec(entry.name)?.[1];
    return entry.isFile() && agentId ? [{ path: join(subagents, entry.name), sessionId, agentId }] : [];
  });
}

/** Clients of 2025 kept subagents' files beside those of sessions, where the first line tells whose they are. */
async function whoseIs(path: string, name: string): Promise<LocalTranscript | undefined> {
  if (sessionFileName.test(name)) return { path, sessionId: name };
  const said = await sniff(path);
  if (!said) return undefined;
  const agentId = /^agent-(.+)$/.exec(name)?.[1];
  if (agentId === undefined) return { path, sessionId: name };
  return said.sessionId === undefined ? undefined : { path, sessionId: said.sessionId, agentId };
}

/** What the user may not read, or what is not there, has no entries. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}
