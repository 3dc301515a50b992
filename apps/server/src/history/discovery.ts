import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Discovery, FoundSession } from '@telltale/core';
import { type FoundTranscript, listTranscripts } from './list.ts';
import { hasLineBehind } from './transcript-file.ts';

export interface DiscoveryDeps {
  /** Claude Code's own folder. */
  claudeFolder: string;
  /** Up to which byte each file of a session is stored, by agent; the main transcript has the empty one. */
  placesOf(sessionId: string): ReadonlyMap<string, number>;
}

/** What lies on this machine, file by file: what is not here yet of each. */
export interface Found {
  isThere: boolean;
  skipped: number;
  files: readonly FoundFile[];
}

interface FoundFile extends FoundTranscript {
  lacking: number;
  /** Some of it is here. */
  isBegun: boolean;
}

const turnFiles = 200;
const maxListed = 2000;

/** Looks at names and sizes; a file is read only where its end is not here. */
export function createDiscovery({ claudeFolder, placesOf }: DiscoveryDeps) {
  const folder = join(claudeFolder, 'projects');

  async function look(): Promise<Found> {
    const { transcripts, skipped } = await listTranscripts(folder);
    const files: FoundFile[] = [];
    for (const [index, transcript] of transcripts.entries()) {
      const { path, sessionId, agentId = '', bytes } = transcript;
      const offset = placesOf(sessionId).get(agentId) ?? 0;
      const isWhole = offset >= bytes || (offset > 0 && !(await hasLineBehind(path, offset)));
      files.push({ ...transcript, lacking: isWhole ? 0 : bytes - offset, isBegun: offset > 0 });
      if (index % turnFiles === 0) await setImmediate();
    }
    return { isThere: existsSync(folder), skipped, files };
  }

  return {
    folder,
    look,
    async discover(project?: string): Promise<Discovery> {
      const { isThere, skipped, files } = await look();
      const sessions = sessionsOf(files);
      const names = [...new Set(sessions.map((session) => session.project))];
      const asked = project === undefined ? undefined : sessions.filter((session) => session.project === project);
      return {
        ...{ folder, isThere, skipped, ...spanOf(sessions) },
        projects: names.map((name) => ({ name, ...spanOf(sessions.filter((one) => one.project === name)) })),
        ...(asked && { list: asked.slice(0, maxListed).map(({ lacking: _, changedMs: __, ...session }) => session) }),
      };
    },
  };
}

type SessionFiles = FoundSession & { lacking: number; changedMs: number };

/** Newest first, as the files are. */
function sessionsOf(files: readonly FoundFile[]): SessionFiles[] {
  const byId = new Map<string, FoundFile[]>();
  for (const file of files) {
    const key = `${file.project}/${file.sessionId}`;
    byId.set(key, [...(byId.get(key) ?? []), file]);
  }
  return [...byId.values()].map((own) => {
    const { sessionId, project } = own[0] as FoundFile;
    const changedMs = Math.max(...own.map(({ changedAt }) => changedAt));
    const isWhole = own.every(({ lacking }) => lacking === 0);
    return {
      ...{ sessionId, project, files: own.length, changedMs, changedAt: new Date(changedMs).toISOString() },
      bytes: sum(own.map(({ bytes }) => bytes)),
      lacking: sum(own.map(({ lacking }) => lacking)),
      stored: isWhole ? 'whole' : own.some(({ isBegun, lacking }) => isBegun || lacking === 0) ? 'part' : 'none',
    };
  });
}

function spanOf(sessions: readonly SessionFiles[]) {
  const times = sessions.map(({ changedMs }) => changedMs);
  const told = (ms: number) => new Date(ms).toISOString();
  return {
    sessions: sessions.length,
    here: sessions.filter(({ stored }) => stored === 'whole').length,
    partly: sessions.filter(({ stored }) => stored === 'part').length,
    files: sum(sessions.map(({ files }) => files)),
    bytes: sum(sessions.map(({ bytes }) => bytes)),
    bytesLacking: sum(sessions.map(({ lacking }) => lacking)),
    ...(times.length > 0 && {
      oldest: told(times.reduce((a, b) => Math.min(a, b))),
      newest: told(times.reduce((a, b) => Math.max(a, b))),
    }),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
