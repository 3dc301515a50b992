import { setImmediate } from 'node:timers/promises';
import {
  type AlertMark,
  type AlertMarks,
  type AlertName,
  inWindow,
  markOf,
  ruleOf,
  type TelltaleEvent,
} from '@telltale/core';
import type { Store } from '../store/store.ts';

export interface MarksDeps {
  /** The rules that are on. */
  rules: readonly AlertName[];
  store: Pick<Store, 'events' | 'seq'>;
  onProblem(error: unknown): void;
}

const minuteMs = 60_000;
/** Past it the oldest are forgotten. */
const mostMarks = 5000;
const eventsAtOnce = 200;
/** After a start, so many events of the last hour are looked through at most. */
const mostLookedBack = 20_000;

/** What rules take from events, for as long as it counts. In memory: after a start it is read again. */
export function createMarks({ rules, store, onProblem }: MarksDeps) {
  const byEvent = new Map<string, AlertName[]>();
  for (const name of rules)
    for (const event of ruleOf(name).marks?.names ?? []) byEvent.set(event, [...(byEvent.get(event) ?? []), name]);
  const longestMs = Math.max(0, ...rules.map((name) => ruleOf(name).marks?.windowMinutes ?? 0)) * minuteMs;
  const marks: { [Name in AlertName]?: AlertMark[] } = {};
  const firstSeq = store.seq;

  function take(event: TelltaleEvent): void {
    const names = byEvent.get(event.name);
    if (names === undefined) return;
    for (const name of names) {
      try {
        const mark = markOf(name, event);
        if (mark === undefined) continue;
        const kept = marks[name] ?? [];
        marks[name] = kept;
        kept.push(mark);
        if (kept.length > mostMarks) kept.splice(0, kept.length - mostMarks);
      } catch (error) {
        // An odd event must not stop what it came with.
        onProblem(error);
      }
    }
  }

  return {
    /** Whether any of these events could matter to a mark. Cheap: most are asked for their name only. */
    hear(events: readonly TelltaleEvent[]): void {
      if (byEvent.size > 0) for (const event of events) take(event);
    },

    /** Reads again what was stored before this start. */
    async recall(now: number): Promise<void> {
      if (byEvent.size === 0) return;
      const from = new Date(now - longestMs).toISOString();
      const found: TelltaleEvent[] = [];
      let before: number | undefined = firstSeq + 1;
      for (let looked = 0; before !== undefined && looked < mostLookedBack; looked += eventsAtOnce) {
        const page = store.events({ from, before, limit: eventsAtOnce, order: 'desc', now });
        found.push(...page.items.filter(({ name }) => byEvent.has(name)));
        before = page.next ?? undefined;
        await setImmediate();
      }
      const heard = { ...marks };
      for (const name of rules) delete marks[name];
      for (const event of found.reverse()) take(event);
      for (const name of rules) marks[name] = [...(marks[name] ?? []), ...(heard[name] ?? [])];
    },

    /** Those that count; the others are forgotten. */
    at(now: number): AlertMarks {
      for (const name of rules) marks[name] = inWindow(name, marks[name] ?? [], now);
      return { ...marks };
    },
  };
}
