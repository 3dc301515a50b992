import { foldCase, type TelltaleEvent, toSql } from '@telltale/core';
import type { Database, Statement } from 'better-sqlite3';
import { type EventRow, eventOf, eventTables, payloadOf } from './event-row.ts';
import type { Payloads } from './payloads.ts';
import type { EventQuery, Page } from './queries.ts';
import { freshSearchText } from './search-words.ts';

export interface EventReader {
  page(query: EventQuery): Page<TelltaleEvent, number>;
  one(seq: number): TelltaleEvent | undefined;
  /** The events of a session behind a `seq`, by (at, id), as a fold takes them. */
  ofSession(sessionNo: number, behindSeq: number): TelltaleEvent[];
  /** Events behind a `seq`, in the order of arrival. */
  behind(seq: number): Iterable<TelltaleEvent>;
}

export function createEventReader(database: Database, payloads: Payloads): EventReader {
  database.function('fresh_search_text', { deterministic: true }, freshSearchText);

  const settled = statementsOf(database, eventTables.settled);
  const fresh = statementsOf(database, eventTables.fresh);
  const newest = database
    .prepare<[], number | null>(
      'SELECT coalesce((SELECT max(seq) FROM fresh_events), (SELECT max(seq) FROM event_log))',
    )
    .pluck();
  const inRange = database
    .prepare<[number, number, number], number>(
      'SELECT count(*) FROM (SELECT 1 FROM event_log WHERE at >= ? AND at <= ? LIMIT ?)',
    )
    .pluck();

  function rowOf(seq: number): EventRow | undefined {
    return fresh.one.get(seq) ?? settled.one.get(seq);
  }

  function textOf({ payload, batch, slot }: EventRow): string | undefined {
    return payload === null ? payloads.settled(batch ?? 0, slot ?? 0) : payload.toString('utf8');
  }

  const full = (row: EventRow) => eventOf(row, payloadOf(textOf(row)));

  function page(query: EventQuery): Page<TelltaleEvent, number> {
    const { limit, order, maxPayloadBytes = Number.POSITIVE_INFINITY } = query;
    const window = windowOf(query, newest.get() ?? 0);
    const { where, params } = conditionOf(
      { ...query, ...window },
      (from, to) => (inRange.get(from, to, maxSorted + 1) ?? 0) <= maxSorted,
    );
    // Every settled seq is below every fresh one, so the two places follow each other in either order.
    const places =
      order === 'asc' ? [eventTables.settled, eventTables.fresh] : [eventTables.fresh, eventTables.settled];
    const rows: EventRow[] = [];
    for (const table of places) {
      if (rows.length > limit) break;
      const sql = `${table} WHERE ${where} ORDER BY events.seq ${order === 'asc' ? 'ASC' : 'DESC'} LIMIT ?`;
      rows.push(...database.prepare<unknown[], EventRow>(sql).all(...params, limit + 1 - rows.length));
    }
    const hasMore = rows.length > limit;
    if (hasMore) rows.length = limit;
    return {
      items: rows.map((row) => (row.payload_bytes > maxPayloadBytes ? eventOf(row, undefined) : full(row))),
      next: hasMore ? (rows.at(-1)?.seq ?? null) : (window?.goesOnAt ?? null),
    };
  }

  return {
    page,
    one(seq) {
      const row = rowOf(seq);
      return row && full(row);
    },
    ofSession(sessionNo, behindSeq) {
      const rows = [...settled.ofSession.all(sessionNo, behindSeq), ...fresh.ofSession.all(sessionNo, behindSeq)];
      return rows.sort(byTime).map(full);
    },
    *behind(seq) {
      for (const place of [settled, fresh]) for (const row of place.behind.iterate(seq)) yield full(row);
    },
  };
}

/** The part of a query that looks at `maxLookedAt` events at most, and the cursor behind it; undefined when it is all. */
function windowOf(
  { order, after = 0, before, maxLookedAt }: EventQuery,
  newestSeq: number,
): { after: number; before: number; goesOnAt: number } | undefined {
  if (maxLookedAt === undefined) return undefined;
  const end = Math.min(before ?? Number.MAX_SAFE_INTEGER, newestSeq + 1);
  if (end - after - 1 <= maxLookedAt) return undefined;
  return order === 'asc'
    ? { after, before: after + maxLookedAt + 1, goesOnAt: after + maxLookedAt }
    : { after: end - maxLookedAt - 1, before: end, goesOnAt: end - maxLookedAt };
}

interface PlaceStatements {
  one: Statement<[number], EventRow>;
  ofSession: Statement<[number, number], EventRow>;
  behind: Statement<[number], EventRow>;
}

function statementsOf(database: Database, table: string): PlaceStatements {
  return {
    one: database.prepare(`${table} WHERE events.seq = ?`),
    ofSession: database.prepare(`${table} WHERE events.session = ? AND events.seq > ?`),
    behind: database.prepare(`${table} WHERE events.seq > ? ORDER BY events.seq`),
  };
}

function byTime(a: EventRow, b: EventRow): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Up to this many events in a time range are sorted; of more, the newest are looked through in their order. */
const maxSorted = 20_000;

function conditionOf(
  query: EventQuery,
  isNarrow: (from: number, to: number) => boolean,
): { where: string; params: (string | number)[] } {
  const conditions: string[] = [];
  const params: (string | number)[] = [];
  const add = (condition: string, ...values: readonly (string | number)[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  if (query.after !== undefined) add('events.seq > ?', query.after);
  if (query.before !== undefined) add('events.seq < ?', query.before);
  if (query.from !== undefined || query.to !== undefined) {
    const from = query.from === undefined ? 0 : Date.parse(query.from);
    const to = query.to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(query.to);
    // A `+` keeps SQLite from using the index of `at`.
    add(`${isNarrow(from, to) ? '' : '+'}events.at BETWEEN ? AND ?`, from, to);
  }
  if (query.sessionId !== undefined) add('events.session = (SELECT no FROM sessions WHERE id = ?)', query.sessionId);
  if (query.app !== undefined) add('events.app = ?', query.app);
  if (query.name !== undefined) add('events.name = ?', query.name);
  if (query.toolName !== undefined) add('events.tool_name = ?', query.toolName);
  if (query.text !== undefined) add('instr(events.search_text, ?) > 0', foldCase(query.text));
  if (query.filter && query.filter.terms.length > 0) {
    const { where, params: values } = toSql(query.filter, query.now);
    add(where, ...values);
  }
  return { where: conditions.length > 0 ? conditions.join(' AND ') : 'TRUE', params };
}
