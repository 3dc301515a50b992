import type { AlertInstance, AlertMark, AlertSide } from './rule.ts';
import { crosses } from './rule.ts';

/** So many events are named as evidence. */
const mostSeqs = 5;

interface CountedOptions {
  fires: AlertSide;
  limit: number;
  /** The marks of one key, oldest first, with their number. */
  summary: (marks: readonly [AlertMark, ...AlertMark[]], count: number) => string;
  labels: (newest: AlertMark) => Record<string, string>;
}

/** Marks that are too many, key by key. */
export function counted(marks: readonly AlertMark[], options: CountedOptions): AlertInstance[] {
  const groups = new Map<string, [AlertMark, ...AlertMark[]]>();
  for (const mark of marks) {
    const group = groups.get(mark.key);
    if (group) group.push(mark);
    else groups.set(mark.key, [mark]);
  }
  return [...groups]
    .filter(([, group]) => crosses(options.fires, group.length, options.limit))
    .map(([key, group]) => ({
      ...{ key, value: group.length, summary: options.summary(group, group.length) },
      labels: options.labels(group.at(-1) ?? group[0]),
      seqs: group.slice(-mostSeqs).map(({ seq }) => seq),
    }));
}

/** The labels of a mark that belongs to a session. */
export function labelsOfMark({ sessionId, app }: AlertMark): Record<string, string> {
  return sessionId === undefined ? {} : { session_id: sessionId, app };
}
