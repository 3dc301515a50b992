import type { AlertInstance } from './rule.ts';
import { type AlertName, alertTable, ruleOf } from './table.ts';

/** What is known of alerts between two looks; plain JSON, so that a restart neither repeats nor forgets. */
export interface AlertState {
  /** Seen, but not yet for as long as its rule asks: since when (ms). */
  pending: Record<string, number>;
  firing: Record<string, FiringRecord>;
  /** When each was last said (ms), while its cooldown lasts. */
  said: Record<string, number>;
}

interface FiringRecord {
  rule: AlertName;
  /** When it was said first. */
  since: number;
  /** With the number as it is now. */
  summary: string;
  labels: Readonly<Record<string, string>>;
}

/** Something to say: that it fires now, or that it is over. */
export interface AlertWord extends FiringRecord {
  status: 'firing' | 'resolved';
  /** The same for the same thing, whenever it fires. */
  fingerprint: string;
  /** When it was over. */
  until?: number;
  value?: number;
  seqs?: readonly number[];
}

/** What the rules found. A rule that is not named could not be judged: what it said stands. */
export type AlertFindings = Partial<Record<AlertName, readonly AlertInstance[]>>;

/** More of one rule at once are one disaster, not many. */
const mostOfOneRule = 50;
const longestKey = 200;
const minuteMs = 60_000;

export function emptyAlertState(): AlertState {
  return { pending: {}, firing: {}, said: {} };
}

/** One look: the next state, and what is to be said. */
export function stepAlerts(
  before: AlertState,
  findings: AlertFindings,
  now: number,
): { state: AlertState; words: AlertWord[] } {
  const state: AlertState = { pending: {}, firing: {}, said: keptSaid(before.said, now) };
  const words: AlertWord[] = [];
  const judged = new Set(Object.keys(findings));

  for (const [fingerprint, record] of Object.entries(before.firing))
    if (!judged.has(record.rule) && isJudged(record.rule)) state.firing[fingerprint] = record;
  for (const [fingerprint, since] of Object.entries(before.pending))
    if (!judged.has(ruleIn(fingerprint)) && isJudged(ruleIn(fingerprint))) state.pending[fingerprint] = since;

  for (const [name, instances] of Object.entries(findings) as [AlertName, readonly AlertInstance[]][]) {
    const { lastingMinutes, cooldownMinutes } = ruleOf(name);
    for (const instance of instances.slice(0, mostOfOneRule)) {
      const fingerprint = fingerprintOf(name, instance.key);
      const known = before.firing[fingerprint];
      if (known !== undefined) {
        // Said once; what it says goes on with the number.
        state.firing[fingerprint] = { ...known, summary: instance.summary };
        continue;
      }
      const saidAt = state.said[fingerprint];
      if (saidAt !== undefined && now - saidAt < cooldownMinutes * minuteMs) continue;
      const since = before.pending[fingerprint] ?? now;
      if (now - since < lastingMinutes * minuteMs) {
        state.pending[fingerprint] = since;
        continue;
      }
      const { summary, labels, value, seqs } = instance;
      const record: FiringRecord = { rule: name, since: now, summary, labels };
      state.firing[fingerprint] = record;
      state.said[fingerprint] = now;
      words.push({ ...record, status: 'firing', fingerprint, value, ...(seqs?.length && { seqs }) });
    }
  }
  for (const [fingerprint, record] of Object.entries(before.firing))
    if (!(fingerprint in state.firing)) words.push({ ...record, status: 'resolved', fingerprint, until: now });
  return { state, words };
}

/** No rule has a space in its name. */
function fingerprintOf(name: AlertName, key: string): string {
  return key === '' ? name : `${name} ${key.slice(0, longestKey)}`;
}

/** False for a rule that another version had: what it said is over. */
function isJudged(name: string): boolean {
  return Object.hasOwn(alertTable, name) && ruleOf(name as AlertName).evaluate !== undefined;
}

function ruleIn(fingerprint: string): string {
  return fingerprint.split(' ', 1)[0] ?? '';
}

function keptSaid(said: Readonly<Record<string, number>>, now: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(said).filter(([fingerprint, at]) => {
      const name = ruleIn(fingerprint) as AlertName;
      // A rule of a newer version, which an older one now reads.
      return now - at < (ruleOf(name)?.cooldownMinutes ?? 0) * minuteMs;
    }),
  );
}
