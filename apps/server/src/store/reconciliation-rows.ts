import { setImmediate } from 'node:timers/promises';
import type { Amount } from '@telltale/core';
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

export interface ReconciliationRows {
  heardOf(no: number): Promise<HeardRow[]>;
  saidOf(no: number): Promise<SaidRow[]>;
  /** Whether any session has an event of the request. */
  isHeard(id: string): boolean;
}

/** Rows at a time: whoever sends an event waits no longer than for these. */
const turnRows = 250;

/** The requests of sessions, read in turns, each row once: their places in the file are far apart. */
export function createReconciliationRows(database: Database): ReconciliationRows {
  const tokens = 'input, output, cache_read AS cacheRead, cache_creation AS cacheCreation';
  const heard = database.prepare<[number, number, string], HeardRow>(`
    SELECT id, has_id AS hasId, at, model, client_version AS version, cost_nanos AS costNanos, table_nanos AS tableNanos, ${tokens}
    FROM api_requests WHERE session = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ${turnRows}`);
  const said = database.prepare<[number, number, string], SaidRow>(`
    SELECT id, at, model, client_version AS version, is_owner AS isOwner, table_nanos AS tableNanos, ${tokens}
    FROM said_requests WHERE session = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ${turnRows}`);
  const anywhere = database.prepare<[string], number>('SELECT 1 FROM api_requests WHERE id = ?').pluck();

  return {
    heardOf: (no) => allOf((at, id) => heard.all(no, at, id)),
    saidOf: (no) => allOf((at, id) => said.all(no, at, id)),
    isHeard: (id) => anywhere.get(id) !== undefined,
  };
}

async function allOf<T extends { id: string; at: number }>(read: (at: number, id: string) => T[]): Promise<T[]> {
  const rows: T[] = [];
  for (let last = { at: -1, id: '' }; ; ) {
    const more = read(last.at, last.id);
    rows.push(...more);
    const end = more.at(-1);
    if (!end || more.length < turnRows) return rows;
    last = end;
    await setImmediate();
  }
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
