import {
  type Amount,
  isIsolated,
  modelBase,
  noAmount,
  plusAmount,
  type ReckonedGroup,
  type ReconciliationFacts,
  roundingNanos,
  type Tokens,
} from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { createMetricSums, summedMetrics } from './metric-sums.ts';

export interface ReconciliationQuery {
  /** Sessions with an event in between, whole (ms). */
  from: number;
  to: number;
  /** This one only, whenever it was. */
  sessionId?: string;
  limit: number;
}

/** What this service knows of a session, by source and request by request. */
export interface SessionNumbers {
  id: string;
  startedAt: number;
  lastEventAt: number;
  facts: ReconciliationFacts;
  /** Requests of models without a price. */
  unpriced: number;
}

export interface ReconciledNumbers {
  /** The newest first. */
  sessions: SessionNumbers[];
  hasMore: boolean;
  /** By client version and model, over these sessions. */
  reckoned: ReckonedGroup[];
  unpricedModels: string[];
}

interface SessionRow {
  no: number;
  id: string;
  startedAt: number | null;
  lastEventAt: number;
}

interface AmountRow {
  requests: number;
  nanos: number;
  input: number;
  output: number;
  cache_read: number;
  cache_creation: number;
}

/** Requests of the transcript, by what events say of the same: what is counted elsewhere, and what differs. */
interface PartRow extends AmountRow {
  part: 'unheard' | 'inherited' | 'same' | 'differs' | 'unpriced';
  model: string;
  version: string | null;
  /** Of the same requests by their events. */
  clientNanos: number;
  clientInput: number;
  clientOutput: number;
  clientRead: number;
  clientCreation: number;
}

interface ReckonedRow {
  version: string | null;
  model: string;
  requests: number;
  differing: number;
  costNanos: number;
  tableNanos: number;
  broken?: number;
}

const sums = `count(*) AS requests, total(input) AS input, total(output) AS output, total(cache_read) AS cache_read,
  total(cache_creation) AS cache_creation`;

/** Reads what each source that is stored here says of sessions; nothing is written. */
export function createReconciliation(database: Database): (query: ReconciliationQuery) => ReconciledNumbers {
  const columns = 'no, id, started_at AS startedAt, last_event_at AS lastEventAt';
  const between = database.prepare<[number, number, number], SessionRow>(`
    SELECT ${columns} FROM sessions WHERE last_event_at >= ? AND coalesce(started_at, last_event_at) <= ?
    ORDER BY last_event_at DESC, no DESC LIMIT ?`);
  const byId = database.prepare<[string], SessionRow>(
    `SELECT ${columns} FROM sessions WHERE id = ? AND last_event_at IS NOT NULL`,
  );
  const ledger = database.prepare<[number], AmountRow & { rounded: number }>(
    `SELECT ${sums}, total(cost_nanos) AS nanos, total(cost_nanos % 1000 = 0) AS rounded FROM api_requests WHERE session = ?`,
  );
  const transcript = database.prepare<[number], AmountRow & { unpriced: number }>(
    `SELECT ${sums}, total(table_nanos) AS nanos, total(table_nanos IS NULL) AS unpriced FROM said_requests WHERE session = ?`,
  );
  const untold = database.prepare<[number], AmountRow>(`
    SELECT ${sums}, total(cost_nanos) AS nanos FROM api_requests AS heard WHERE session = ?
      AND NOT EXISTS (SELECT 1 FROM said_requests AS said WHERE said.id = heard.id AND said.session = heard.session)`);
  const parts = database.prepare<[number], PartRow>(`
    SELECT
      CASE WHEN heard.id IS NULL AND said.is_owner = 1 THEN 'unheard'
        WHEN heard.id IS NULL OR heard.session <> said.session THEN 'inherited'
        WHEN said.table_nanos IS NULL THEN 'unpriced'
        WHEN abs(said.table_nanos - heard.cost_nanos) > ${roundingNanos} THEN 'differs'
        ELSE 'same' END AS part,
      said.model AS model, coalesce(heard.client_version, said.client_version) AS version, count(*) AS requests,
      total(said.table_nanos) AS nanos, total(said.input) AS input, total(said.output) AS output,
      total(said.cache_read) AS cache_read, total(said.cache_creation) AS cache_creation,
      total(heard.cost_nanos) AS clientNanos, total(heard.input) AS clientInput, total(heard.output) AS clientOutput,
      total(heard.cache_read) AS clientRead, total(heard.cache_creation) AS clientCreation
    FROM said_requests AS said LEFT JOIN api_requests AS heard ON heard.id = said.id
    WHERE said.session = ? GROUP BY part, said.model, version`);
  const reckoned = database.prepare<[number], ReckonedRow>(`
    SELECT client_version AS version, model, count(*) AS requests, total(differs) AS differing,
      total(CASE WHEN differs THEN cost_nanos END) AS costNanos, total(CASE WHEN differs THEN table_nanos END) AS tableNanos
    FROM (SELECT *, abs(cost_nanos - table_nanos) > ${roundingNanos} AS differs FROM api_requests
      WHERE session = ? AND table_nanos IS NOT NULL)
    GROUP BY client_version, model`);
  const unpriced = database
    .prepare<[number, number], string>(`
      SELECT model FROM api_requests WHERE session = ? AND table_nanos IS NULL
      UNION SELECT model FROM said_requests WHERE session = ? AND table_nanos IS NULL`)
    .pluck();
  const refusals = database
    .prepare<[number, number], number>(`
      SELECT (SELECT count(*) FROM event_log WHERE session = ? AND name = 'api_refusal')
        + (SELECT count(*) FROM fresh_events WHERE session = ? AND name = 'api_refusal')`)
    .pluck();
  const metricSums = createMetricSums(database);

  function metricOf({ no, id }: SessionRow): Amount | undefined {
    let amount: Amount | undefined;
    for (const { name, type, value } of metricSums(no, id)) {
      const kind = tokenKinds[type];
      if (name === summedMetrics.cost) amount = plusAmount(amount ?? noAmount, { ...noAmount, nanos: value });
      else if (name === summedMetrics.tokens && kind !== undefined)
        amount = plusAmount(amount ?? noAmount, {
          nanos: 0,
          tokens: { ...noAmount.tokens, [kind]: Math.round(value / 1e6) },
        });
    }
    return amount;
  }

  /** Of few requests the metric tells whether one broke off: it has the tokens of both halves, for the same money. */
  function reckonedOf(row: SessionRow): ReckonedRow[] {
    const groups = reckoned.all(row.no);
    if (groups.every(({ differing }) => differing === 0)) return groups;
    const [heard, metric] = [ledger.get(row.no), metricOf(row)];
    if (!heard || !metric) return groups;
    const mayRound = heard.rounded * roundingNanos + (heard.requests + 1) * 10;
    const isBroken = Math.abs(metric.nanos - heard.nanos) <= mayRound && countOf(metric) > countOf(amountOf(heard));
    return groups.map((group) =>
      isBroken && group.differing * 2 <= group.requests + 1 ? { ...group, broken: group.differing } : group,
    );
  }

  function numbersOf(row: SessionRow, isOneOff: (part: PartRow) => boolean): SessionNumbers {
    const heard = ledger.get(row.no);
    const said = transcript.get(row.no);
    const metric = metricOf(row);
    const facts: ReconciliationFacts = {
      said: {
        ...(heard && heard.requests > 0 && { ledger: amountOf(heard) }),
        ...(metric && { metric }),
        ...(said && said.requests > 0 && { transcript: amountOf(said) }),
      },
      ...{ unheard: noAmount, inherited: noAmount, otherPrices: noAmount, brokenOff: noAmount, unpriced: noAmount },
      untold: amountOf(untold.get(row.no)),
      ...{ refusals: 0, rounded: heard?.rounded ?? 0 },
    };
    for (const part of parts.all(row.no)) {
      const field = fieldOf(part, isOneOff);
      if (field) facts[field] = plusAmount(facts[field], field in counted ? amountOf(part) : surplusOf(part));
    }
    if ((facts.unheard.requests ?? 0) > 0) facts.refusals = refusals.get(row.no, row.no) ?? 0;
    const { id, lastEventAt, startedAt } = row;
    return { id, lastEventAt, startedAt: startedAt ?? lastEventAt, facts, unpriced: said?.unpriced ?? 0 };
  }

  return ({ from, to, sessionId, limit }) => {
    const rows = sessionId === undefined ? between.all(from, to, limit + 1) : byId.all(sessionId);
    const hasMore = rows.length > limit;
    if (hasMore) rows.length = limit;
    const groups = groupsOf(rows.flatMap(reckonedOf));
    const isOneOff = ({ model, version }: PartRow) => {
      const group = groups.get(keyOf(model, version));
      return group !== undefined && isIsolated(group);
    };
    return {
      sessions: rows.map((row) => numbersOf(row, isOneOff)),
      hasMore,
      reckoned: [...groups.values()],
      unpricedModels: [...new Set(rows.flatMap(({ no }) => unpriced.all(no, no)).map(modelBase))].sort(),
    };
  };
}

const tokenKinds: Readonly<Record<string, keyof Tokens | undefined>> = {
  input: 'input',
  output: 'output',
  cacheRead: 'cacheRead',
  cacheCreation: 'cacheCreation',
};

/** Where the whole amount differs, not only part of it. */
const counted = { unheard: true, inherited: true };

function fieldOf(part: PartRow, isOneOff: (part: PartRow) => boolean) {
  if (part.part === 'same') return undefined;
  if (part.part === 'differs') return isOneOff(part) ? 'brokenOff' : 'otherPrices';
  return part.part;
}

function amountOf(row: AmountRow | undefined): Amount {
  if (!row) return noAmount;
  const tokens = {
    input: row.input,
    output: row.output,
    cacheRead: row.cache_read,
    cacheCreation: row.cache_creation,
  };
  return { nanos: row.nanos, tokens, requests: row.requests };
}

function countOf({ tokens }: Amount): number {
  return tokens.input + tokens.output + tokens.cacheRead + tokens.cacheCreation;
}

/** By how much the transcript says more than the events of the same requests. */
function surplusOf(row: PartRow): Amount {
  return {
    nanos: row.nanos - row.clientNanos,
    tokens: {
      input: row.input - row.clientInput,
      output: row.output - row.clientOutput,
      cacheRead: row.cache_read - row.clientRead,
      cacheCreation: row.cache_creation - row.clientCreation,
    },
    requests: row.requests,
  };
}

function groupsOf(rows: readonly ReckonedRow[]): Map<string, ReckonedGroup> {
  const groups = new Map<string, ReckonedGroup>();
  for (const { version, ...row } of rows) {
    const key = keyOf(row.model, version);
    const group = groups.get(key);
    if (!group) {
      groups.set(key, { ...row, ...(version !== null && { clientVersion: version }) });
      continue;
    }
    group.requests += row.requests;
    group.differing += row.differing;
    group.costNanos += row.costNanos;
    group.tableNanos += row.tableNanos;
    group.broken = (group.broken ?? 0) + (row.broken ?? 0);
  }
  return groups;
}

function keyOf(model: string, version: string | null): string {
  return `${model} ${version ?? ''}`;
}
