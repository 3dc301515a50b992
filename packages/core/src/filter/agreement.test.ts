import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { foldCase } from '../fold-case.ts';
import { sessionGroups, sessionStates } from '../session-view.ts';
import { formatFilter } from './format.ts';
import { type Filter, type FilterTerm, fieldKeys, isNames } from './grammar.ts';
import { type FilterEvent, type FilteredSession, matches, matchesSession } from './match.ts';
import { parseFilter } from './parse.ts';
import { fieldTest } from './pattern.ts';
import { toSessionSql, toSql } from './sql.ts';

const now = Date.parse('2026-11-20T12:00:00.000Z');

interface Row extends FilterEvent {
  seq: number;
  searchText: string;
}
interface SessionRow extends FilteredSession {
  id: string;
  /** What its requests asked, and how we know of them. */
  asked: readonly { model: string; by: 'api_requests' | 'said_requests' | 'unattributed' | 'copied' }[];
}

// Few values, many signs: what could go wrong between JavaScript and SQL must come up often.
const word = fc.constantFrom(
  'Bash',
  'bash',
  'BASH',
  'a%b',
  'A_B',
  'x\\y',
  'Ärger',
  'ärger',
  'ΟΔΟΣ',
  'a b',
  '[x]',
  'q"q',
  '<x',
  '日本',
);
const anyText = fc.oneof(
  { weight: 5, arbitrary: word },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const when = fc.integer({ min: -40, max: 0 }).map((minutes) => new Date(now + minutes * 60_000).toISOString());
const sessionIds = ['s1', 'S1', 's*', 's[2]'] as const;

const session = fc.record({
  id: fc.constantFrom(...sessionIds),
  app: word,
  model: optional(word),
  branch: optional(word),
  user: optional(word),
  host: optional(word),
  repo: optional(word),
  provider: optional(word),
  labels: optional(fc.array(word, { maxLength: 2 })),
  pinned: optional(fc.boolean()),
  bookmarks: optional(fc.constantFrom(0, 1, 3)),
  notes: optional(fc.constantFrom(0, 2)),
  costUsd: optional(fc.constantFrom(0, 0.1, 0.3, 0.000000001)),
  state: fc.constantFrom(...sessionStates),
  group: fc.constantFrom(...sessionGroups),
  lastEventAt: when,
  asked: fc.array(
    fc.record({ model: word, by: fc.constantFrom('api_requests', 'said_requests', 'unattributed', 'copied') }),
    { maxLength: 2 },
  ),
});
const event = fc.record({
  name: word,
  app: word,
  at: when,
  sessionId: optional(fc.constantFrom(...sessionIds, 'no session row')),
  agentId: optional(word),
  agentType: optional(word),
  toolName: optional(word),
  outcome: optional(fc.constantFrom('ok', 'failed', 'denied', 'interrupted')),
  model: optional(word),
  durationMs: optional(fc.constantFrom(0, 1, 999, 1000, 30_000)),
  sensitive: optional(fc.constant('.env')),
  searchText: fc.array(anyText, { maxLength: 3 }).map((words) => foldCase(words.join(' ').replaceAll('\0', ' '))),
});

// As the grammar makes them: no two stars side by side, and never nothing at all.
const pattern = fc
  .array(anyText, { minLength: 1, maxLength: 3 })
  .filter((pieces) => (pieces.length === 1 ? pieces[0] !== '' : pieces.slice(1, -1).every((piece) => piece !== '')));
const patterns = fc.array(pattern, { minLength: 1, maxLength: 2 });
const placed = { negated: fc.boolean(), from: fc.constant(0), to: fc.constant(0) };
const term: fc.Arbitrary<FilterTerm> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), patterns, ...placed }),
  fc.record({
    kind: fc.constant('field' as const),
    key: fc.constantFrom(...fieldKeys.filter((key) => key !== 'outcome')),
    patterns: fc.oneof(patterns, fc.constantFrom([['main']], [['S1']], [['s', '']], [['', '']])),
    ...placed,
  }),
  fc.record({
    kind: fc.constant('field' as const),
    key: fc.constant('outcome' as const),
    patterns: fc.constantFrom([['ok']], [['failed'], ['denied']], [['', '']]),
    ...placed,
  }),
  fc.record({
    kind: fc.constant('is' as const),
    names: fc.uniqueArray(fc.constantFrom(...(Object.keys(isNames) as (keyof typeof isNames)[])), {
      minLength: 1,
      maxLength: 3,
    }),
    ...placed,
  }),
  fc.record({
    kind: fc.constant('duration' as const),
    comparison: fc.constantFrom('<', '<=', '>', '>='),
    ms: fc.constantFrom(0, 1, 1.5, 1000, 30_000, 3_600_000),
    ...placed,
  }),
  fc.record({
    kind: fc.constant('cost' as const),
    comparison: fc.constantFrom('<', '<=', '>', '>='),
    usd: fc.constantFrom(0, 0.1, 0.2, 0.3, 0.000000001),
    ...placed,
  }),
  fc.record({ kind: fc.constant('since' as const), agoMs: fc.constantFrom(0, 60_000, 600_000, 7_200_000), ...placed }),
  fc.record({ kind: fc.constant('since-date' as const), fromMs: fc.constantFrom(0, now - 600_000, now), ...placed }),
  fc.record({ kind: fc.constant('until' as const), agoMs: fc.constantFrom(0, 60_000, 600_000, 7_200_000), ...placed }),
  fc.record({ kind: fc.constant('until-date' as const), toMs: fc.constantFrom(0, now - 600_000, now), ...placed }),
);
const filter: fc.Arbitrary<Filter> = fc.record({ terms: fc.array(term, { maxLength: 3 }) });

const db = new Database(':memory:');
/** better-sqlite3 12, compiled for Node 24.19 or newer, aborts when an idle collection meets a statement. */
const kept: unknown[] = [];
function prepare(sql: string) {
  const statement = db.prepare<unknown[]>(sql);
  kept.push(statement);
  return statement;
}

beforeAll(() => {
  db.exec(`
    CREATE TABLE events (seq INTEGER PRIMARY KEY, session INTEGER, session_id TEXT, agent_id TEXT, agent_type TEXT, app TEXT, at INTEGER,
      name TEXT, tool_name TEXT, outcome TEXT, model TEXT, duration_ms INTEGER, search_text TEXT, sensitive TEXT);
    CREATE TABLE sessions (no INTEGER PRIMARY KEY, id TEXT UNIQUE, app TEXT, title TEXT, model TEXT, branch TEXT, user TEXT, host TEXT, repo TEXT, provider TEXT, labels TEXT,
      state TEXT, group_name TEXT, started_at INTEGER, ended_at INTEGER, last_event_at INTEGER,
      pinned INTEGER NOT NULL DEFAULT 0, bookmarks INTEGER NOT NULL DEFAULT 0, notes INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE session_totals (session INTEGER PRIMARY KEY, cost_nanos INTEGER NOT NULL, cost_source TEXT NOT NULL);
    CREATE TABLE api_requests (session INTEGER, model TEXT);
    CREATE TABLE said_requests (session INTEGER, model TEXT, is_owner INTEGER);
    CREATE TABLE unattributed (session INTEGER, model TEXT);
  `);
});
afterAll(() => db.close());

function store(rows: readonly Row[], sessions: readonly SessionRow[]): void {
  for (const table of ['events', 'sessions', 'session_totals', 'api_requests', 'said_requests', 'unattributed'])
    db.exec(`DELETE FROM ${table}`);
  const addTotals = prepare('INSERT INTO session_totals SELECT no, ?, ? FROM sessions WHERE id = ?');
  const own = '(SELECT no FROM sessions WHERE id = ?), ?';
  const addRequest = {
    api_requests: prepare(`INSERT INTO api_requests VALUES (${own})`),
    said_requests: prepare(`INSERT INTO said_requests VALUES (${own}, 1)`),
    copied: prepare(`INSERT INTO said_requests VALUES (${own}, 0)`),
    unattributed: prepare(`INSERT INTO unattributed VALUES (${own})`),
  };
  const addSession = prepare(
    'INSERT INTO sessions VALUES (NULL, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, NULL, ?, ?, ?, ?)',
  );
  for (const row of sessions) {
    const labels = row.labels && JSON.stringify(row.labels);
    addSession.run(
      row.id,
      row.app,
      row.model,
      row.branch,
      row.user,
      row.host,
      row.repo,
      row.provider,
      labels,
      row.state,
      row.group,
      Date.parse(row.lastEventAt),
      row.pinned ? 1 : 0,
      row.bookmarks ?? 0,
      row.notes ?? 0,
    );
    const { costUsd } = row;
    addTotals.run(Math.round((costUsd ?? 0) * 1e9), costUsd === undefined ? 'none' : 'events', row.id);
    for (const { model, by } of row.asked) addRequest[by].run(row.id, model);
  }
  const addEvent = prepare(
    'INSERT INTO events VALUES (?, (SELECT no FROM sessions WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  for (const row of rows) {
    addEvent.run(
      row.seq,
      row.sessionId,
      row.sessionId,
      row.agentId,
      row.agentType,
      row.app,
      Date.parse(row.at),
      row.name,
      row.toolName,
      row.outcome,
      row.model,
      row.durationMs,
      row.searchText,
      row.sensitive,
    );
  }
}

it('memory and SQL select the same events', () => {
  let hits = 0;
  let cases = 0;
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1, maxLength: 8 }),
      fc.uniqueArray(session, { maxLength: 3, selector: ({ id }) => id }),
      fc.array(filter, { minLength: 4, maxLength: 4 }),
      (events, sessions, filters) => {
        const rows: Row[] = events.map((row, seq) => ({ ...row, seq }) as Row);
        store(rows, sessions);
        const context = {
          now,
          sessionOf: (id: string) => sessions.find((row) => row.id === id),
          searchTextOf: (row: Row) => row.searchText,
        };
        for (const one of filters) {
          const { where, params } = toSql(one, now);
          const stored = prepare(`SELECT seq FROM events WHERE ${where} ORDER BY seq`)
            .pluck()
            .all(...params);
          expect(rows.filter((row) => matches(one, row, context)).map(({ seq }) => seq)).toEqual(stored);
          hits += stored.length;
          cases += rows.length;
        }
      },
    ),
    { numRuns: 1500 },
  );
  // Neither everything nor nothing: a property over empty answers would prove little.
  expect(hits / cases).toBeGreaterThan(0.1);
  expect(hits / cases).toBeLessThan(0.9);
});

it('memory and SQL select the same sessions by what is their own', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(session, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
      filter,
      (sessions, one) => {
        store([], sessions);
        const { where, params } = toSessionSql(one, now);
        const stored = prepare(`SELECT id FROM sessions WHERE ${where} ORDER BY rowid`)
          .pluck()
          .all(...params);
        for (const row of sessions) {
          const told = matchesSession(one, { ...row, startedAt: new Date(0).toISOString() }, now);
          if (told !== undefined) expect(told).toBe(stored.includes(row.id));
        }
      },
    ),
    { numRuns: 1000 },
  );
});

it('lists the sessions with one event that has it all, and none that is ruled out', () => {
  let hits = 0;
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 8 }),
      fc.uniqueArray(session, { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
      filter,
      (events, sessions, one) => {
        const rows: Row[] = events.map((row, seq) => ({ ...row, seq }) as Row);
        store(rows, sessions);
        const { where, params } = toSessionSql(one, now);
        const stored = prepare(`SELECT id FROM sessions WHERE ${where} ORDER BY no`)
          .pluck()
          .all(...params);
        const expected = sessions.filter((row) =>
          isListed(
            one,
            row,
            rows.filter(({ sessionId }) => sessionId === row.id),
          ),
        );
        expect(stored).toEqual(expected.map(({ id }) => id));
        hits += stored.length;
      },
    ),
    { numRuns: 1500 },
  );
  expect(hits).toBeGreaterThan(500);
});

/** `toSessionSql` in plain words. */
function isListed(one: Filter, row: SessionRow, events: readonly Row[]): boolean {
  const context = { now, sessionOf: () => row, searchTextOf: (event: Row) => event.searchText };
  const ofOneEvent: FilterTerm[] = [];
  for (const term of one.terms) {
    const own = matchesSession({ terms: [term] }, { ...row, startedAt: new Date(0).toISOString() }, now);
    if (own === false) return false;
    if (own === true) continue;
    if (term.kind === 'field' && term.key === 'model') {
      const models = row.asked.filter(({ by }) => by !== 'copied').map(({ model }) => model);
      if (models.some(fieldTest(term.patterns)) === term.negated) return false;
      continue;
    }
    const plain = { ...term, negated: false };
    const has = events.some((event) => matches({ terms: [plain] }, event, context));
    if (!term.negated && term.kind !== 'text') ofOneEvent.push(term);
    else if (has === term.negated) return false;
  }
  return ofOneEvent.length === 0 || events.some((event) => matches({ terms: ofOneEvent }, event, context));
}

it('reads what it wrote: every filter keeps its terms', () => {
  const unplaced = ({ terms }: Filter) => terms.map(({ from: _from, to: _to, ...term }) => term);
  fc.assert(
    fc.property(filter, (one) => {
      const read = parseFilter(formatFilter(one));
      expect(read.errors).toEqual([]);
      expect(unplaced(read.filter)).toEqual(unplaced(one));
    }),
    { numRuns: 2000 },
  );
});

it('reads any text without throwing, and what it read keeps its meaning when written', () => {
  const piece = fc.constantFrom(
    'tool:',
    'is:',
    '-',
    '"',
    ',',
    '*',
    ' ',
    'duration>',
    'since:',
    'until:',
    '3s',
    'Bash',
    '\\',
    'x:',
    'waiting',
    '日',
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, (typed) => {
      const { filter: read, errors } = parseFilter(typed);
      for (const { from, to } of [...read.terms, ...errors])
        expect(0 <= from && from < to && to <= typed.length).toBe(true);
      const again = parseFilter(formatFilter(read));
      expect(again.errors).toEqual([]);
      expect(formatFilter(again.filter)).toBe(formatFilter(read));
    }),
    { numRuns: 2000 },
  );
});
