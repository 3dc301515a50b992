import type { Session } from '@telltale/core';

/** The session that waits, after the one whose request is open; round and round. */
export function nextWaiting(waiting: readonly Session[], openedSeq: string): { id: string; seq?: number } | undefined {
  const open = waiting.findIndex((session) => session.waiting.some((wait) => String(wait.seq) === openedSeq));
  const next = waiting[(open + 1) % waiting.length];
  if (!next) return undefined;
  const seq = next.waiting[0]?.seq;
  return seq === undefined ? { id: next.id } : { id: next.id, seq };
}
