import type { TelltaleEvent } from '../event.ts';
import { type Call, callsOf } from './calls.ts';

/** How much later than others an event may come and still be put where it belongs without reading the session again. */
const lateMs = 60_000;
/** After so long nothing more is expected of a call that has ended. */
const restMs = 60_000;

/** Where the calls of a session stand: what is over is kept as rows, what is not is read again with what comes. */
export interface CallFold {
  /** Ms. An event from before that comes now may belong to a call that is over. */
  horizon: number;
  /** Events that what comes next may belong to, by their `seq`. */
  carried: readonly number[];
}

export interface FoldedCalls extends CallFold {
  /** Over, for good. */
  settled: Call[];
  /** As they are now. */
  open: Call[];
}

export const unfolded: CallFold = { horizon: Number.NEGATIVE_INFINITY, carried: [] };

/** `events`: the carried ones and the next, in the order of their times; `isLast`: nothing more comes of their time. */
export function foldCalls(
  events: readonly TelltaleEvent[],
  { horizon: before }: Pick<CallFold, 'horizon'>,
  { isLast = false } = {},
): FoldedCalls {
  const atOf = new Map(events.map(({ seq, at }) => [seq, Date.parse(at)]));
  const newest = events.reduce((most, { seq }) => Math.max(most, atOf.get(seq) ?? 0), Number.NEGATIVE_INFINITY);
  const horizon = Math.max(before, isLast ? newest : newest - lateMs);
  const overSince = isLast ? Number.POSITIVE_INFINITY : horizon - restMs;
  const settled: Call[] = [];
  const open: Call[] = [];
  const carried = new Set<number>();
  for (const { call, hasEnded, seqs } of callsOf(events)) {
    const isOver = isLast || (hasEnded && seqs.every((seq) => (atOf.get(seq) ?? 0) <= overSince));
    (isOver ? settled : open).push(call);
    if (!isOver) for (const seq of seqs) carried.add(seq);
  }
  if (!isLast) for (const [seq, at] of atOf) if (at > overSince) carried.add(seq);
  return { settled, open, horizon, carried: [...carried].sort((a, b) => a - b) };
}

/** Whether one of the events comes too late to be told apart from what is over. */
export function isLate(events: readonly { at: number }[], { horizon }: Pick<CallFold, 'horizon'>): boolean {
  return events.some(({ at }) => at <= horizon);
}
