import type { TelltaleEvent } from '../event.ts';
import type { SessionGroup, SessionState } from '../session-view.ts';
import {
  asksEvent,
  type Comparison,
  type FieldKey,
  type Filter,
  type FilterTerm,
  type IsName,
  type IsRow,
  isNames,
  type Pattern,
} from './grammar.ts';
import { fieldTest, idTest, searchTest } from './pattern.ts';

/** What a filter asks about a session; a `Session` will do. */
export interface FilteredSession {
  readonly app?: string | undefined;
  readonly model?: string | undefined;
  readonly branch?: string | undefined;
  readonly user?: string | undefined;
  readonly host?: string | undefined;
  readonly repo?: string | undefined;
  readonly provider?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly pinned?: boolean | undefined;
  readonly bookmarks?: number | undefined;
  readonly notes?: number | undefined;
  readonly state: SessionState;
  readonly group: SessionGroup;
  readonly lastEventAt: string;
  readonly costUsd?: number | undefined;
}

export type FilterEvent = Pick<
  TelltaleEvent,
  | 'name'
  | 'app'
  | 'at'
  | 'sessionId'
  | 'agentId'
  | 'agentType'
  | 'toolName'
  | 'outcome'
  | 'model'
  | 'durationMs'
  | 'sensitive'
>;

export interface FilterContext<E extends FilterEvent = TelltaleEvent> {
  readonly now: number;
  sessionOf(id: string): FilteredSession | undefined;
  /** The event's stored search text, folded by `foldCase`; asked only where the filter has words. */
  searchTextOf(event: E): string;
}

type Test = <E extends FilterEvent>(event: E, context: FilterContext<E>) => boolean;

/** Whether every term holds. The same events as `toSql` selects, see `agreement.test.ts`. */
export function matches<E extends FilterEvent>(filter: Filter, event: E, context: FilterContext<E>): boolean {
  return testsOf(filter).every((test) => test(event, context));
}

/** Compiled once per filter: a subscription asks thousands of times a second. */
const compiled = new WeakMap<Filter, readonly Test[]>();

function testsOf(filter: Filter): readonly Test[] {
  const known = compiled.get(filter);
  if (known) return known;
  const tests = filter.terms.map((term): Test => {
    const test = testOf(term);
    return term.negated ? (event, context) => !test(event, context) : test;
  });
  compiled.set(filter, tests);
  return tests;
}

function testOf(term: FilterTerm): Test {
  switch (term.kind) {
    case 'text': {
      const test = searchTest(term.patterns);
      return (event, context) => test(context.searchTextOf(event));
    }
    case 'field':
      return fieldTests[term.key](term.patterns);
    case 'is':
      return (event, context) =>
        isSession(term.names, sessionOf(event, context)) || (event.sensitive !== undefined && asksEvent(term.names));
    case 'duration':
      return (event) => event.durationMs !== undefined && compare(event.durationMs, term.comparison, term.ms);
    case 'cost':
      return (event, context) => isCost(term, sessionOf(event, context)?.costUsd);
    case 'since':
      return (event, context) => Date.parse(event.at) >= context.now - term.agoMs;
    case 'since-date':
      return (event) => Date.parse(event.at) >= term.fromMs;
    case 'until':
      return (event, context) => Date.parse(event.at) < context.now - term.agoMs;
    case 'until-date':
      return (event) => Date.parse(event.at) < term.toMs;
    default:
      return term satisfies never;
  }
}

type FieldTest = (patterns: readonly Pattern[]) => Test;

const fieldTests = {
  app: (patterns) => {
    const test = fieldTest(patterns);
    return (event) => test(event.app);
  },
  session: (patterns) => {
    const test = idTest(patterns);
    return (event) => test(event.sessionId);
  },
  agent: (patterns) => {
    const test = fieldTest(patterns);
    const wantsMain = fieldTest(patterns.filter((pattern) => pattern.length === 1))('main');
    return ({ agentId, agentType }) => test(agentId) || test(agentType) || (wantsMain && agentId === undefined);
  },
  tool: (patterns) => {
    const test = fieldTest(patterns);
    return (event) => test(event.toolName);
  },
  name: (patterns) => {
    const test = fieldTest(patterns);
    return (event) => test(event.name);
  },
  outcome: (patterns) => {
    const test = fieldTest(patterns);
    return (event) => test(event.outcome);
  },
  model: (patterns) => {
    const test = fieldTest(patterns);
    return (event, context) => test(event.model ?? sessionOf(event, context)?.model);
  },
  branch: (patterns) => {
    const test = fieldTest(patterns);
    return (event, context) => test(sessionOf(event, context)?.branch);
  },
  user: (patterns) => {
    const test = fieldTest(patterns);
    return (event, context) => test(sessionOf(event, context)?.user);
  },
  host: (patterns) => {
    const test = fieldTest(patterns);
    return (event, context) => test(sessionOf(event, context)?.host);
  },
  repo: (patterns) => {
    const test = fieldTest(patterns);
    return (event, context) => test(sessionOf(event, context)?.repo);
  },
  provider: (patterns) => {
    const test = fieldTest(patterns);
    return (event, context) => test(sessionOf(event, context)?.provider);
  },
  label: (patterns) => {
    const test = fieldTest(patterns);
    return (event, context) => sessionOf(event, context)?.labels?.some(test) ?? false;
  },
} as const satisfies Record<FieldKey, FieldTest>;

/**
 * Whether a session stands in a list with this filter, as `toSessionSql` would say; `undefined` where only its
 * events and requests can tell (words, tool, name, agent, outcome, a model that is not its main one) and the answer hangs on them.
 */
export function matchesSession(
  filter: Filter,
  session: FilteredSession & { id: string; startedAt: string; endedAt?: string | undefined },
  now: number,
): boolean | undefined {
  let isKnown = true;
  for (const term of filter.terms) {
    const holds = holdsForSession(term, session, now);
    if (holds === undefined) isKnown = false;
    else if (holds === term.negated) return false;
  }
  return isKnown ? true : undefined;
}

function holdsForSession(
  term: FilterTerm,
  session: Parameters<typeof matchesSession>[1],
  now: number,
): boolean | undefined {
  switch (term.kind) {
    case 'text':
      return undefined;
    case 'field':
      return sessionTests[term.key]?.(term.patterns, session);
    case 'is':
      return asksEvent(term.names) ? undefined : isSession(term.names, session);
    case 'duration': {
      const lastedMs = Date.parse(session.endedAt ?? session.lastEventAt) - Date.parse(session.startedAt);
      return compare(lastedMs, term.comparison, term.ms);
    }
    case 'cost':
      return isCost(term, session.costUsd);
    case 'since':
      return Date.parse(session.lastEventAt) >= now - term.agoMs;
    case 'since-date':
      return Date.parse(session.lastEventAt) >= term.fromMs;
    case 'until':
      return Date.parse(session.startedAt) < now - term.agoMs;
    case 'until-date':
      return Date.parse(session.startedAt) < term.toMs;
    default:
      return term satisfies never;
  }
}

const sessionTests: Partial<
  Record<FieldKey, (patterns: readonly Pattern[], session: Parameters<typeof matchesSession>[1]) => boolean | undefined>
> = {
  app: (patterns, session) => fieldTest(patterns)(session.app),
  session: (patterns, session) => idTest(patterns)(session.id),
  // Any of its requests may have asked another.
  model: (patterns, session) => fieldTest(patterns)(session.model) || undefined,
  branch: (patterns, session) => fieldTest(patterns)(session.branch),
  user: (patterns, session) => fieldTest(patterns)(session.user),
  host: (patterns, session) => fieldTest(patterns)(session.host),
  repo: (patterns, session) => fieldTest(patterns)(session.repo),
  provider: (patterns, session) => fieldTest(patterns)(session.provider),
  label: (patterns, session) => session.labels?.some(fieldTest(patterns)) ?? false,
};

function sessionOf<E extends FilterEvent>(event: E, context: FilterContext<E>): FilteredSession | undefined {
  return event.sessionId === undefined ? undefined : context.sessionOf(event.sessionId);
}

/** The session tells its state as it is now: only its service knows whether its process lives. */
export function isSession(names: readonly IsName[], session: FilteredSession | undefined): boolean {
  if (!session) return false;
  return names.some((name) => {
    const { states, groups, has }: IsRow = isNames[name];
    return states.includes(session.state) || groups.includes(session.group) || (has !== undefined && !!session[has]);
  });
}

/** As the store keeps it, in whole billionths. */
function isCost({ comparison, usd }: { comparison: Comparison; usd: number }, told: number | undefined): boolean {
  return told !== undefined && compare(Math.round(told * 1e9), comparison, Math.round(usd * 1e9));
}

function compare(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    default:
      return comparison satisfies never;
  }
}
