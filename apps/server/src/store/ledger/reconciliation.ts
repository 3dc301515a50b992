import { setImmediate } from 'node:timers/promises';
import {
  type Amount,
  isIsolated,
  isTokenKind,
  mayDifferNanos,
  minusAmount,
  modelBase,
  noAmount,
  plusAmount,
  type ReckonedGroup,
  type ReconciliationFacts,
  roundingNanos,
  tokenCount,
} from '@telltale/core';
import type { Database } from 'better-sqlite3';
import { createMetricSums, summedMetrics } from './metric-sums.ts';
import {
  amountOf,
  createReconciliationRows,
  type HeardGroup,
  type HeardRow,
  pairsOf,
  type SaidRow,
  sumOf,
} from './reconciliation-rows.ts';

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
  /** An amount, as JSON. */
  reckoned: string | null;
  id: string;
  startedAt: number | null;
  lastEventAt: number;
}

/** What differs between event and transcript of the same requests, of one client version and model. */
interface Differing {
  key: string;
  amount: Amount;
}

/** A session read once, before it is known whether a version's prices differ or single requests do. */
interface Read extends SessionNumbers {
  differing: Differing[];
  groups: Map<string, ReckonedGroup>;
  unpricedModels: Set<string>;
}

/** Reads what each source that is stored here says of sessions, in turns; nothing is written. */
export function createReconciliation(database: Database): (query: ReconciliationQuery) => Promise<ReconciledNumbers> {
  const columns = `no, id, started_at AS startedAt, last_event_at AS lastEventAt,
    transcript ->> '$.fold.reckoned' AS reckoned`;
  const between = database.prepare<[number, number, number], SessionRow>(`
    SELECT ${columns} FROM sessions WHERE last_event_at >= ? AND coalesce(started_at, last_event_at) <= ?
    ORDER BY last_event_at DESC, no DESC LIMIT ?`);
  const byId = database.prepare<[string], SessionRow>(
    `SELECT ${columns} FROM sessions WHERE id = ? AND last_event_at IS NOT NULL`,
  );
  const refusals = database
    .prepare<[number, number], number>(`
      SELECT (SELECT count(*) FROM event_log WHERE session = ? AND name = 'api_refusal')
        + (SELECT count(*) FROM fresh_events WHERE session = ? AND name = 'api_refusal')`)
    .pluck();
  const rows = createReconciliationRows(database);
  const metricSums = createMetricSums(database);

  function metricOf({ no, id }: SessionRow): Amount | undefined {
    let amount: Amount | undefined;
    for (const { name, type, value } of metricSums(no, id)) {
      if (name === summedMetrics.cost) amount = plusAmount(amount ?? noAmount, { ...noAmount, nanos: value });
      else if (name === summedMetrics.tokens && isTokenKind(type))
        amount = plusAmount(amount ?? noAmount, {
          nanos: 0,
          tokens: { ...noAmount.tokens, [type]: Math.round(value / 1e6) },
        });
    }
    return amount;
  }

  function read(row: SessionRow): Read {
    const heard = rows.heardOf(row.no);
    const said = rows.saidOf(row.no);
    const odd = rows.oddOf(row.no, sumOf(said).requests ?? 0);
    const metric = metricOf(row);
    const pairs = pairsOf(odd.heard, odd.said);
    const told = new Set(pairs.values());
    const parts = { unheard: [] as SaidRow[], inherited: [] as SaidRow[] };
    for (const one of odd.said) {
      if (pairs.has(one)) continue;
      if (one.isOwner === 1 && !rows.isHeard(one.id)) parts.unheard.push(one);
      else parts.inherited.push(one);
    }
    const ledger = sumOf(heard);
    const facts: ReconciliationFacts = {
      said: {
        ...(heard.length > 0 && { ledger }),
        ...(metric && { metric }),
        ...(said.length > 0 && { transcript: sumOf(said) }),
        // Where telemetry tells the same by the request, there is nothing that it adds.
        ...(row.reckoned !== null && heard.length === 0 && !metric && { client: JSON.parse(row.reckoned) as Amount }),
      },
      unheard: saidAmount(parts.unheard),
      inherited: saidAmount(parts.inherited),
      untold: heardAmount(odd.heard.filter((one) => !told.has(one))),
      ...{ otherPrices: noAmount, brokenOff: noAmount, unpriced: noAmount },
      refusals: parts.unheard.length > 0 ? (refusals.get(row.no, row.no) ?? 0) : 0,
      rounded: heard.reduce((sum, { rounded }) => sum + rounded, 0),
    };
    const differing: Differing[] = [];
    for (const [one, event] of pairs) {
      const amount = minusAmount(saidAmount([one]), { ...heardAmount([event]), requests: 0 });
      if (one.tableNanos === null) facts.unpriced = plusAmount(facts.unpriced, amount);
      else if (Math.abs(amount.nanos) > roundingNanos) differing.push({ key: keyOf(event), amount });
    }
    return {
      ...{ id: row.id, lastEventAt: row.lastEventAt, startedAt: row.startedAt ?? row.lastEventAt, facts, differing },
      groups: groupsOf(heard, metric && isBroken(metric, ledger, facts.rounded)),
      unpriced: said.reduce((sum, { unpriced }) => sum + unpriced, 0),
      unpricedModels: new Set(
        [...heard, ...said].filter(({ unpriced }) => unpriced > 0).map(({ model }) => modelBase(model)),
      ),
    };
  }

  return async ({ from, to, sessionId, limit }) => {
    const found = sessionId === undefined ? between.all(from, to, limit + 1) : byId.all(sessionId);
    const hasMore = found.length > limit;
    if (hasMore) found.length = limit;
    const reads: Read[] = [];
    for (const row of found) {
      reads.push(read(row));
      await setImmediate(); // whoever sends an event comes first
    }
    const groups = merged(reads.map((one) => one.groups));
    return {
      sessions: reads.map(({ groups: _, differing, unpricedModels: __, ...session }) => {
        for (const { key, amount } of differing) {
          const group = groups.get(key);
          const field = group && isIsolated(group) ? 'brokenOff' : 'otherPrices';
          session.facts[field] = plusAmount(session.facts[field], amount);
        }
        return session;
      }),
      hasMore,
      reckoned: [...groups.values()],
      unpricedModels: [...new Set(reads.flatMap((one) => [...one.unpricedModels]))].sort(),
    };
  };
}

const heardAmount = (rows: readonly HeardRow[]) => amountOf(rows, (index) => rows[index]?.costNanos ?? 0);
const saidAmount = (rows: readonly SaidRow[]) => amountOf(rows, (index) => rows[index]?.tableNanos ?? 0);

/** The metric has the tokens of both halves of an answer that broke off, for the same money. */
function isBroken(metric: Amount, ledger: Amount, rounded: number): boolean {
  const mayDiffer = mayDifferNanos({ requests: ledger.requests ?? 0, rounded });
  return Math.abs(metric.nanos - ledger.nanos) <= mayDiffer && tokenCount(metric.tokens) > tokenCount(ledger.tokens);
}

function groupsOf(heard: readonly HeardGroup[], hasBroken = false): Map<string, ReckonedGroup> {
  const groups = new Map<string, ReckonedGroup>();
  for (const row of heard) {
    if (row.requests === row.unpriced) continue;
    const group = groupIn(groups, row);
    group.requests += row.requests - row.unpriced;
    group.differing += row.differing;
    group.costNanos += row.differingCost;
    group.tableNanos += row.differingTable;
  }
  // Of few requests only the metric tells whether one broke off or the version has other prices.
  if (hasBroken)
    for (const group of groups.values()) if (group.differing * 2 <= group.requests + 1) group.broken = group.differing;
  return groups;
}

function merged(list: readonly Map<string, ReckonedGroup>[]): Map<string, ReckonedGroup> {
  const groups = new Map<string, ReckonedGroup>();
  for (const one of list.flatMap((of) => [...of.values()])) {
    const group = groupIn(groups, { model: one.model, version: one.clientVersion ?? null });
    group.requests += one.requests;
    group.differing += one.differing;
    group.costNanos += one.costNanos;
    group.tableNanos += one.tableNanos;
    group.broken = (group.broken ?? 0) + (one.broken ?? 0);
  }
  return groups;
}

function groupIn(groups: Map<string, ReckonedGroup>, row: Pick<HeardRow, 'model' | 'version'>): ReckonedGroup {
  const key = keyOf(row);
  const known = groups.get(key);
  if (known) return known;
  const group: ReckonedGroup = {
    ...{ model: row.model, requests: 0, differing: 0, costNanos: 0, tableNanos: 0 },
    ...(row.version !== null && { clientVersion: row.version }),
  };
  groups.set(key, group);
  return group;
}

function keyOf({ model, version }: Pick<HeardRow, 'model' | 'version'>): string {
  return `${model} ${version ?? ''}`;
}
