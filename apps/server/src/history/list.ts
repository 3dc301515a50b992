import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalTranscript } from './transcript-file.ts';

const maxFiles = 20_000;

/** The transcripts below Claude Code's `projects` that changed since then, newest first; symbolic links are left out. */
export async function listTranscripts(projects: string, sinceMs: number): Promise<LocalTranscript[]> {
  const found: (LocalTranscript & { changedAt: number })[] = [];

  async function take(transcript: LocalTranscript): Promise<void> {
    const stat = await lstat(transcript.path).catch(() => undefined);
    // It went away meanwhile, or is a link.
    if (!stat?.isFile() || stat.size === 0 || stat.mtimeMs < sinceMs || found.length >= maxFiles) return;
    found.push({ ...transcript, changedAt: stat.mtimeMs });
  }

  for (const project of await entriesOf(projects)) {
    if (!project.isDirectory()) continue;
    const folder = join(projects, project.name);
    for (const entry of await entriesOf(folder)) {
      const sessionId = /^([\w-]+)\.jsonl$/.exec(entry.name)?.[1];
      if (entry.isFile() && sessionId) await take({ path: join(folder, entry.name), sessionId });
      if (entry.isDirectory())
        for (const agent of await agentsOf(join(folder, entry.name), entry.name)) await take(agent);
    }
  }
  return found.sort((a, b) => b.changedAt - a.changedAt).map(({ changedAt: _, ...transcript }) => transcript);
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

/** What the user may not read, or what is not there, has no entries. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}
