import { type Discovery, plural, sizeWords } from '@telltale/core';
import { cleanText } from '../clean-text.ts';
import type { FoundFiles } from './find.ts';

/** What lies in Claude Code's own folder, a project a line, or the sessions of one. */
export function discoveryLines({ folder, isThere, sessions, here, bytes, projects, list }: Discovery): string[] {
  if (!isThere) return [`The service cannot see ${folder}.`];
  const all = `${plural(sessions, 'session')} in ${folder}, ${here} here, ${sizeWords(bytes)}`;
  if (list)
    return list.map(({ sessionId, changedAt, bytes, stored }) => lineOf(changedAt, bytes, sessionId, states[stored]));
  const told = projects.map(({ name, newest = '', bytes, sessions, here }) =>
    lineOf(newest, bytes, cleanText(name), `${plural(sessions, 'session')}, ${here} here`),
  );
  return [...told, all];
}

const states = { whole: 'here', part: 'partly here', none: 'not here' } as const;

/** The sessions of a folder of any shape. */
export function foundSessions({ files }: FoundFiles) {
  const bySession = new Map<string, { sessionId: string; files: number; bytes: number; changedMs: number }>();
  for (const { sessionId, bytes, changedMs } of files) {
    const known = bySession.get(sessionId) ?? { sessionId, files: 0, bytes: 0, changedMs: 0 };
    bySession.set(sessionId, {
      ...{ sessionId, files: known.files + 1, bytes: known.bytes + bytes },
      changedMs: Math.max(known.changedMs, changedMs),
    });
  }
  return [...bySession.values()]
    .sort((a, b) => b.changedMs - a.changedMs)
    .map(({ changedMs, ...session }) => ({ ...session, changedAt: new Date(changedMs).toISOString() }));
}

export function foundLine({ sessionId, files, bytes, changedAt }: ReturnType<typeof foundSessions>[number]): string {
  return lineOf(changedAt, bytes, sessionId, plural(files, 'file'));
}

function lineOf(changedAt: string, bytes: number, name: string, rest: string): string {
  return `${changedAt.slice(0, 10)}  ${sizeWords(bytes).padStart(8)}  ${name}  ${rest}`;
}
