import { lostAfterMs, meteredWorkingMs, type SessionFold, yourTurnMs } from '@telltale/core';

const dayMs = 24 * 60 * 60_000;
/** An edit is forgotten after so long; see editConflicts. */
const editMs = 30 * 60_000;

/** When time alone may change the state or group of a session next; null when it never will. */
export function nextLook(session: { lastEventAt: string }, fold: SessionFold, now: number): number | null {
  const silent = Date.parse(session.lastEventAt);
  const times = [silent + meteredWorkingMs, silent + lostAfterMs, silent + yourTurnMs, silent + dayMs];
  if (fold.turnFinishedAt !== undefined) times.push(Date.parse(fold.turnFinishedAt) + yourTurnMs);
  // The one after: at the exact time an edit still counts.
  for (const { at } of fold.edits) times.push(Date.parse(at) + editMs + 1);
  const next = Math.min(...times.filter((time) => time > now));
  return Number.isFinite(next) ? next : null;
}
