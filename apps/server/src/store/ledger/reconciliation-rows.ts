import { type Amount, roundingNanos } from '@telltale/core';
import type { Database } from 'better-sqlite3';

/** A request of a session by its event. */
export interface HeardRow extends TokenColumns {
  /** The API's, else the event's own: then `hasId` is 0. */
  id: string;
  hasId: number;
  at: number;
  model: string;
  version: string | null;
  costNanos: number;
  tableNanos: number | null;
}

/** The same as a transcript tells it. */
export interface SaidRow extends TokenColumns {
  id: string;
  at: number;
  model: string;
  version: string | null;
  isOwner: number;
  tableNanos: number | null;
}

interface TokenColumns {
  input: number;
  output: number;
  cacheRead: number;
  cacheCreation: number;
}

/** Requests of a session by model and client version, added up. */
interface Group extends TokenColumns {
  model: string;
  version: string | null;
  requests: number;
  nanos: number;
  /** Requests without a price. */
  unpriced: number;
}

export interface HeardGroup extends Group {
  /** Requests whose cost is a whole millionth of a dollar. */
  rounded: number;
  /** Where client and table differ: how many, and the sums of both. */
  differing: number;
  differingCost: number;
  differingTable: number;
}

type SaidGroup = Group;

export interface ReconciliationRows {
  heardOf(no: number): HeardGroup[];
  saidOf(no: number): SaidGroup[];
  /** Requests that event and transcript do not tell alike: those of one side alone, and those that differ. */
  oddOf(no: number, saidCount: number): { heard: HeardRow[]; said: SaidRow[] };
  /** Whether any session has an event of the request. */
  isHeard(id: string): boolean;
}

/** The requests of sessions: as sums, and one by one only where the sources differ. Read from indexes alone. */
export function createReconciliationRows(database: Database): ReconciliationRows {
  const sums = `
    sum(input) AS input, sum(output) AS output, sum(cache_read) AS cacheRead, sum(cache_creation) AS cacheCreation,
    count(*) AS requests, sum(table_nanos IS NULL) AS unpriced`;
  const differs = `table_nanos IS NOT NULL AND abs(cost_nanos - table_nanos) > ${roundingNanos}`;
  const heard = database.prepare<[number], HeardGroup>(`
    SELECT model, client_version AS version, ${sums}, sum(cost_nanos) AS nanos, sum(cost_nanos % 1000 = 0) AS rounded,
      sum(${differs}) AS differing, sum(CASE WHEN ${differs} THEN cost_nanos ELSE 0 END) AS differingCost,
      sum(CASE WHEN ${differs} THEN table_nanos ELSE 0 END) AS differingTable
    FROM api_requests WHERE session = ? GROUP BY model, client_version ORDER BY min(at), model, version`);
  const said = database.prepare<[number], SaidGroup>(`
    SELECT model, client_version AS version, ${sums}, sum(coalesce(table_nanos, 0)) AS nanos
    FROM said_requests WHERE session = ? GROUP BY model, client_version ORDER BY min(at), model, version`);
  const columns = `
    id, at, model, client_version AS version, table_nanos AS tableNanos,
    input, output, cache_read AS cacheRead, cache_creation AS cacheCreation`;
  const tokens = 'input, output, cache_read, cache_creation';
  const same = tokens
    .split(', ')
    .map((column) => `said.${column} = heard.${column}`)
    .join(' AND ');
  const beside = `CROSS JOIN said_requests AS said INDEXED BY said_requests_side_by_side
    ON said.session = @no AND said.id = heard.id`;
  // What both tell alike is left out by the database: it is nearly everything.
  const oddHeard = database.prepare<[{ no: number }], HeardRow>(`
    SELECT ${columns}, has_id AS hasId, cost_nanos AS costNanos FROM api_requests AS heard
    WHERE session = @no AND NOT EXISTS (
      SELECT 1 FROM said_requests AS said INDEXED BY said_requests_side_by_side
      WHERE said.session = @no AND said.id = heard.id AND said.table_nanos = heard.cost_nanos AND ${same})
    ORDER BY at, id`);
  const paired = database
    .prepare<[{ no: number }], number>(`SELECT count(*) FROM api_requests AS heard ${beside} WHERE heard.session = @no`)
    .pluck();
  const ofIds = database.prepare<[{ no: number; ids: string }], SaidRow>(`
    SELECT ${columns.replace('id, at', 'said.id AS id, at')}, is_owner AS isOwner
    FROM json_each(@ids) AS asked CROSS JOIN said_requests AS said INDEXED BY said_requests_side_by_side
      ON said.session = @no AND said.id = asked.value`);
  const notHeard = database.prepare<[{ no: number }], SaidRow>(`
    SELECT ${columns}, is_owner AS isOwner FROM said_requests INDEXED BY said_requests_side_by_side
    WHERE session = @no AND id NOT IN (SELECT id FROM api_requests WHERE session = @no) ORDER BY at, id`);
  const anywhere = database.prepare<[string], number>('SELECT 1 FROM api_requests WHERE id = ?').pluck();

  return {
    heardOf: (no) => heard.all(no),
    saidOf: (no) => said.all(no),
    oddOf(no, saidCount) {
      const odd = oddHeard.all({ no });
      const said = ofIds.all({ no, ids: JSON.stringify(odd.map(({ id }) => id)) });
      // Looked for only where there are some: usually the transcript tells of no request that no event tells of.
      if (saidCount > (paired.get({ no }) ?? 0)) said.push(...notHeard.all({ no }));
      return { heard: odd, said: said.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)) };
    },
    isHeard: (id) => anywhere.get(id) !== undefined,
  };
}

/** Which event each request of the transcript has: by its id, else one without an id that tells the same tokens. */
export function pairsOf(heard: readonly HeardRow[], said: readonly SaidRow[]): Map<SaidRow, HeardRow> {
  const byId = new Map(heard.map((one) => [one.id, one]));
  const nameless = new Map<string, HeardRow[]>();
  for (const one of heard.filter(({ hasId }) => hasId === 0))
    nameless.set(tokenKey(one), [...(nameless.get(tokenKey(one)) ?? []), one]);
  const pairs = new Map<SaidRow, HeardRow>();
  for (const one of said) {
    const event = byId.get(one.id) ?? nearest(nameless.get(tokenKey(one)), one.at);
    if (event) pairs.set(one, event);
  }
  return pairs;
}

const nearMs = 10 * 60_000;

/** Takes it out: an event is one request. */
function nearest(events: HeardRow[] | undefined, at: number): HeardRow | undefined {
  const index = events?.findIndex((event) => Math.abs(event.at - at) <= nearMs) ?? -1;
  return index < 0 ? undefined : events?.splice(index, 1)[0];
}

function tokenKey({ input, output, cacheRead, cacheCreation }: TokenColumns): string {
  return `${input} ${output} ${cacheRead} ${cacheCreation}`;
}

/** What groups sum up to. */
export function sumOf(groups: readonly Group[]): Amount {
  const amount = amountOf(groups, (index) => groups[index]?.nanos ?? 0);
  return { ...amount, requests: groups.reduce((sum, { requests }) => sum + requests, 0) };
}

export function amountOf(rows: readonly TokenColumns[], nanosOf: (index: number) => number): Amount {
  const amount = { nanos: 0, tokens: { input: 0, output: 0, cacheRead: 0, cacheCreation: 0 }, requests: rows.length };
  for (const [index, row] of rows.entries()) {
    amount.nanos += nanosOf(index);
    amount.tokens.input += row.input;
    amount.tokens.output += row.output;
    amount.tokens.cacheRead += row.cacheRead;
    amount.tokens.cacheCreation += row.cacheCreation;
  }
  return amount;
}
