import type { SessionGroup, SessionState } from '../session-view.ts';

/**
 * The one filter grammar of box, API and subscription. Terms stand between spaces and all must hold:
 *
 *   timeout "exit code"      text of the event, upper and lower case are one; quotes keep spaces and signs
 *   tool:Bash,Edit           a field; a comma means or, `*` stands for any characters
 *   -outcome:failed          `-` negates any term
 *   agent:main agent:Explore the main agent, or a subagent by type or id
 *   is:waiting               what the event's session is now, see `isNames`
 *   is:sensitive             the call touched a sensitive file
 *   duration>30s since:2h    units ms s m h, for `since` also d w, or a date: since:2026-11-20T14:00
 *   until:1d                 before then; of sessions those that had begun: with `since:`, those at work in between
 *   cost>0.5                 what the event's session cost, in dollars; one whose cost nobody knows is neither
 *
 * `user:me` is whoever asks, where that is known (`withMe`).
 * `outcome:` asks about the event (its call failed), `is:` about the session. `model:` is the event's own
 * where it tells one, else its session's, and of a session whichever its requests asked; `branch:`, `user:`, `host:`, `repo:`, `provider:` and `label:` are the session's, labels of anything in it
 * included.
 */
export interface Filter {
  readonly terms: readonly FilterTerm[];
}

export const fieldKeys = [
  'app',
  'session',
  'agent',
  'tool',
  'name',
  'outcome',
  'model',
  'branch',
  'user',
  'host',
  'repo',
  'provider',
  'label',
] as const;
export const filterKeys = [...fieldKeys, 'is', 'duration', 'cost', 'since', 'until'] as const;
export const comparisons = ['<', '<=', '>', '>='] as const;

/** What `is:` can ask, and what of a session answers yes. */
export const isNames = {
  waiting: { states: ['waiting-permission', 'waiting-input'], groups: [] },
  working: { states: ['working'], groups: [] },
  idle: { states: ['idle'], groups: [] },
  ended: { states: ['ended'], groups: [] },
  failed: { states: ['failed'], groups: [] },
  lost: { states: ['lost'], groups: [] },
  live: { states: ['working', 'waiting-permission', 'waiting-input', 'idle'], groups: [] },
  'needs-you': { states: [], groups: ['needs-you'] },
  trouble: { states: [], groups: ['trouble'] },
  'your-turn': { states: [], groups: ['your-turn'] },
  done: { states: [], groups: ['done'] },
  pinned: { states: [], groups: [], has: 'pinned' },
  bookmarked: { states: [], groups: [], has: 'bookmarks' },
  noted: { states: [], groups: [], has: 'notes' },
  sensitive: { states: [], groups: [], ofEvent: true },
} as const satisfies Record<string, IsRow>;

export interface IsRow {
  states: readonly SessionState[];
  groups: readonly SessionGroup[];
  /** What people put on the session. */
  has?: 'pinned' | 'bookmarks' | 'notes';
  /** It asks about the event: the call touched a sensitive file. */
  ofEvent?: true;
}

/** Whether one of them asks about events. */
export const asksEvent = (names: readonly IsName[]) => names.some((name) => 'ofEvent' in isNames[name]);

/** Units of `duration:`, `since:` and `until:`. */
export const msOfUnit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

export type FieldKey = (typeof fieldKeys)[number];
export type FilterKey = (typeof filterKeys)[number];
export type Comparison = (typeof comparisons)[number];
export type IsName = keyof typeof isNames;
export type TimeUnit = keyof typeof msOfUnit;

/** Literal pieces with anything between them: `npm*` is `['npm', '']`; a single piece has no wildcard. */
export type Pattern = readonly string[];

export type FilterTerm = TermBody & {
  readonly negated: boolean;
  /** Where the term stands in the text; `to` is behind its last character. */
  readonly from: number;
  readonly to: number;
};

export type TermBody =
  | { readonly kind: 'text'; readonly patterns: readonly Pattern[] }
  | { readonly kind: 'field'; readonly key: FieldKey; readonly patterns: readonly Pattern[] }
  | { readonly kind: 'is'; readonly names: readonly IsName[] }
  | { readonly kind: 'duration'; readonly comparison: Comparison; readonly ms: number }
  | { readonly kind: 'cost'; readonly comparison: Comparison; readonly usd: number }
  | { readonly kind: 'since'; readonly agoMs: number }
  | { readonly kind: 'since-date'; readonly fromMs: number }
  | { readonly kind: 'until'; readonly agoMs: number }
  | { readonly kind: 'until-date'; readonly toMs: number };

export const filterExamples = {
  app: 'app:api',
  session: 'session:11b2d0b6*',
  agent: 'agent:main',
  tool: 'tool:Bash',
  name: 'name:PostToolUse',
  outcome: 'outcome:failed',
  model: 'model:*opus*',
  branch: 'branch:main',
  user: 'user:ada',
  host: 'host:workstation',
  repo: 'repo:*shop',
  provider: 'provider:claude-code',
  label: 'label:regression',
  is: 'is:waiting',
  duration: 'duration>30s',
  cost: 'cost>0.5',
  since: 'since:2h',
  until: 'until:2026-11-20',
} as const satisfies Record<FilterKey, string>;
