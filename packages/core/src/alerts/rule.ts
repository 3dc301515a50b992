import type { TelltaleEvent } from '../event.ts';
import type { AlertFactName, AlertFacts } from './facts.ts';

export const alertSeverities = ['info', 'warning', 'critical'] as const;
type AlertSeverity = (typeof alertSeverities)[number];

/** Which side of its threshold fires: more than it, it and more, less than it. */
export type AlertSide = 'above' | 'from' | 'below';

/** One alert: what it is about, from which amount on, and what to do about it. */
export interface AlertRule {
  /** What is the matter, when it is. */
  title: string;
  severity: AlertSeverity;
  /** How long it must last before it is said; 0 says it at once. */
  lastingMinutes: number;
  /** Said once, the same thing is not said again for so long, whatever happens between. */
  cooldownMinutes: number;
  /** The environment variable that sets the threshold; the rule is off while it is unset. */
  variable: `TELLTALE_${string}`;
  /** What the number is, in words that follow the variable. */
  meaning: string;
  fires: AlertSide;
  /** The threshold where the variable is not set: only of rules that cannot annoy. */
  usual?: number;
  /** What to do about it. */
  runbook: string;
  /** What it must remember of events. */
  marks?: MarkRule;
  /** What it looks at beside the time and its marks. */
  needs?: readonly AlertFactName[];
  /** Whom it concerns now; absent where only Prometheus can tell. Pure: `facts.now` is the time. */
  evaluate?: (facts: AlertFacts, limit: number, marks: readonly AlertMark[]) => AlertInstance[];
}

/** What a rule takes from an event, so that it need not look at it again. */
export interface MarkRule {
  /** For so long it counts. */
  windowMinutes: number;
  /** Of these events; others are not looked at. */
  names: readonly string[];
  of: (event: TelltaleEvent) => { key: string; words: string } | undefined;
}

export interface AlertMark {
  /** Things with the same key are counted together. */
  key: string;
  words: string;
  at: number;
  seq: number;
  app: string;
  sessionId?: string;
}

/** One thing that a rule finds wrong. */
export interface AlertInstance {
  /** Tells it from others of the same rule. */
  key: string;
  /** One sentence with the number in it. */
  summary: string;
  value: number;
  /** Whom it concerns: `session_id`, `app`, `user`, `model`. */
  labels: Readonly<Record<string, string>>;
  /** The newest events that show it. */
  seqs?: readonly number[];
}

export function crosses(fires: AlertSide, value: number, limit: number): boolean {
  if (fires === 'below') return value < limit;
  return fires === 'from' ? value >= limit : value > limit;
}
