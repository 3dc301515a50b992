import { isBefore, type SessionFold } from './fold.ts';

/** Between `/clear`'s end and the start that follows it in the same process. */
const clearMs = 10_000;

/**
 * The session that this one goes on from: `/clear` ends one session and starts another in the same process.
 * Of several, the one that ended last. Without a process id the working directory must do.
 */
export function clearedFrom(fold: SessionFold, candidates: Iterable<SessionFold>): string | undefined {
  if (fold.startSource !== 'clear') return undefined;
  let best: SessionFold | undefined;
  for (const other of candidates) {
    if (other.sessionId === fold.sessionId || other.endReason !== 'clear' || other.endedAt === undefined) continue;
    const gapMs = Date.parse(fold.firstAt) - Date.parse(other.endedAt);
    // One sender's hooks run at once, so the start may carry an earlier millisecond.
    if (gapMs < -1000 || gapMs > clearMs || !isSameProcess(fold, other)) continue;
    if (best === undefined || isBefore({ at: best.lastAt, id: best.lastId }, other)) best = other;
  }
  return best?.sessionId;
}

function isSameProcess(a: SessionFold, b: SessionFold): boolean {
  if (a.host !== b.host) return false;
  return a.pid !== undefined && b.pid !== undefined ? a.pid === b.pid : a.cwd !== undefined && a.cwd === b.cwd;
}
