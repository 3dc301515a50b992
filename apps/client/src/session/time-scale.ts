export interface Stretch {
  fromMs: number;
  toMs: number;
}

/** A pause that the scale draws shorter than it was. */
interface Pause extends Stretch {
  /** Where it stands, from 0 to 1. */
  from: number;
  to: number;
}

/** From time to place, 0 to 1, and back. */
export interface TimeScale {
  placeOf: (ms: number) => number;
  timeAt: (place: number) => number;
  pauses: readonly Pause[];
}

/** A pause is drawn short when it is longer than this, and than a fifth of all that was done. */
const leastPauseMs = 60_000;
const leastPauseShare = 0.2;
/** What a short-drawn pause takes of the width. */
const pauseShare = 0.03;

/** Time as it was worked: a night between two prompts must not push both against the edges. */
export function timeScale(busy: readonly Stretch[], whole: Stretch): TimeScale {
  const merged = merge(busy, whole);
  const busyMs = merged.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0);
  const isLong = (ms: number) => ms > Math.max(leastPauseMs, busyMs * leastPauseShare);
  const pieces = cut(merged, whole).map((piece) => ({
    ...piece,
    isPause: piece.isFree && isLong(piece.toMs - piece.fromMs),
  }));
  const shown = pieces.reduce((sum, piece) => sum + (piece.isPause ? 0 : piece.toMs - piece.fromMs), 0);
  const pausesTake = Math.min(0.5, pieces.filter((piece) => piece.isPause).length * pauseShare);
  const pauseWidth = pausesTake / Math.max(1, pieces.filter((piece) => piece.isPause).length);
  let at = 0;
  const placed = pieces.map((piece) => {
    const share = shown === 0 ? 1 / pieces.length : ((piece.toMs - piece.fromMs) / shown) * (1 - pausesTake);
    const from = at;
    at += piece.isPause ? pauseWidth : share;
    return { ...piece, from, to: at };
  });
  return {
    placeOf: (ms) => through(placed, ms, 'fromMs', 'toMs', 'from', 'to'),
    timeAt: (place) => through(placed, place, 'from', 'to', 'fromMs', 'toMs'),
    pauses: placed.filter((piece) => piece.isPause).map(({ fromMs, toMs, from, to }) => ({ fromMs, toMs, from, to })),
  };
}

function merge(busy: readonly Stretch[], whole: Stretch): Stretch[] {
  const sorted = busy
    .map(({ fromMs, toMs }) => ({ fromMs: Math.max(fromMs, whole.fromMs), toMs: Math.min(toMs, whole.toMs) }))
    .filter(({ fromMs, toMs }) => toMs >= fromMs)
    .sort((a, b) => a.fromMs - b.fromMs);
  const merged: Stretch[] = [];
  for (const stretch of sorted) {
    const last = merged.at(-1);
    if (last && stretch.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, stretch.toMs);
    else merged.push({ ...stretch });
  }
  return merged;
}

/** The whole in pieces, busy and free. */
function cut(merged: readonly Stretch[], whole: Stretch): (Stretch & { isFree: boolean })[] {
  const pieces: (Stretch & { isFree: boolean })[] = [];
  let at = whole.fromMs;
  for (const { fromMs, toMs } of merged) {
    if (fromMs > at) pieces.push({ fromMs: at, toMs: fromMs, isFree: true });
    pieces.push({ fromMs, toMs, isFree: false });
    at = Math.max(at, toMs);
  }
  if (whole.toMs > at || pieces.length === 0)
    pieces.push({ fromMs: at, toMs: Math.max(at + 1, whole.toMs), isFree: true });
  return pieces;
}

type Placed = Stretch & { from: number; to: number };

function through(
  pieces: readonly Placed[],
  value: number,
  a: keyof Placed,
  b: keyof Placed,
  c: keyof Placed,
  d: keyof Placed,
): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < (pieces[middle]?.[b] ?? 0)) high = middle;
    else low = middle + 1;
  }
  const piece = pieces[low];
  if (!piece) return 0;
  const span = piece[b] - piece[a];
  const share = span <= 0 ? 0 : Math.min(1, Math.max(0, (value - piece[a]) / span));
  return piece[c] + share * (piece[d] - piece[c]);
}
