import {
  type CostSource,
  cacheLifeMs,
  coldNanosOf,
  isTokenKind,
  type LastRequest,
  mayDifferNanos,
  modelBase,
  namedWindow,
  noTokens,
  type Prices,
  plusTokens,
  type Session,
  type Tokens,
  tokenCount,
  usdOfNanos,
} from '@telltale/core';
import { present } from '@telltale/core/present';
import type { Database } from 'better-sqlite3';
import { createMetricSums, type MetricSum, summedMetrics } from './metric-sums.ts';
import { isMainAgentSql, isUnpricedSql } from './request-sql.ts';

/** What lists and cards tell of a session's money; nothing of it is there while nothing is known. */
export type CostFields = Pick<
  Session,
  'costUsd' | 'costSource' | 'estimatedUsd' | 'unattributedUsd' | 'unpriced' | 'tokens' | 'activity' | 'lastRequest'
>;

/** A session's totals, made from its requests and metrics. */
export interface Totals {
  costNanos: number;
  estimatedNanos: number;
  costSource: CostSource;
  tokens: Tokens;
  requests: number;
  unpriced: number;
  linesAdded?: number | undefined;
  linesRemoved?: number | undefined;
  commits?: number | undefined;
  pullRequests?: number | undefined;
  activeUserS?: number | undefined;
  activeCliS?: number | undefined;
  lastRequest?: LastRequest | undefined;
  /** What only the metric knows, by model. */
  unattributed: readonly Unattributed[];
}

interface Unattributed {
  model: string;
  at: number;
  costNanos: number;
  tokens: Tokens;
}

export interface SessionTotals {
  /** Made anew from requests and metrics; only reads. */
  make(no: number, sessionId: string): Totals;
  /** Inside a transaction. */
  write(no: number, totals: Totals): void;
  /** As they were written; undefined where they never were. */
  read(no: number): CostFields | undefined;
}

interface ModelRow extends Record<TokenColumn, number> {
  model: string;
  requests: number;
  costNanos: number;
  /** Requests whose cost the client rounded to a millionth of a dollar. */
  rounded: number;
  isEstimated: number;
  unpriced: number;
  lastAt: number;
}

interface LastRow {
  at: number;
  model: string;
  input: number;
  cacheRead: number;
  cacheCreation: number;
  cache1h: number;
  speed: string | null;
  geo: string | null;
}

interface TotalsRow extends Record<TokenColumn, number> {
  cost_nanos: number;
  estimated_nanos: number;
  unattributed_nanos: number;
  cost_source: CostSource;
  requests: number;
  unpriced: number;
  lines_added: number | null;
  lines_removed: number | null;
  commits: number | null;
  pull_requests: number | null;
  active_user_s: number | null;
  active_cli_s: number | null;
  last_request: string | null;
}

type TokenColumn = 'input' | 'output' | 'cache_read' | 'cache_creation';

const tokenSums = `total(input) AS input, total(output) AS output, total(cache_read) AS cache_read,
  total(cache_creation) AS cache_creation`;
const lastColumns =
  'at, model, input, cache_read AS cacheRead, cache_creation AS cacheCreation, cache_1h AS cache1h, speed, geo';

export function createSessionTotals(database: Database, prices: Prices): SessionTotals {
  const sumsOf = createMetricSums(database);
  const byModel = database.prepare<[number, number], ModelRow>(`
    SELECT model, count(*) AS requests, total(cost_nanos) AS costNanos, total(cost_nanos % 1000 = 0) AS rounded,
      0 AS isEstimated, total(${isUnpricedSql}) AS unpriced, max(at) AS lastAt, ${tokenSums}
    FROM api_requests WHERE session = ? GROUP BY model
    UNION ALL
    SELECT model, count(*), total(table_nanos), 0, 1, total(table_nanos IS NULL), max(at), ${tokenSums}
    FROM said_alone WHERE session = ? GROUP BY model`);
  const lastRequest = database.prepare<[number, number], LastRow>(`
    SELECT * FROM (
      SELECT id, ${lastColumns} FROM api_requests
      WHERE session = ? AND ${isMainAgentSql}
      ORDER BY at DESC, id DESC LIMIT 1)
    UNION ALL SELECT * FROM (
      SELECT id, ${lastColumns} FROM said_alone
      WHERE session = ? AND agent_id IS NULL
      ORDER BY at DESC, id DESC LIMIT 1)
    ORDER BY at DESC, id DESC LIMIT 1`);
  // A request that only reads keeps alive what an earlier one wrote, as long as that one said.
  const lastWrite = database
    .prepare<[number, number], number>(`
      SELECT cache_1h > 0 FROM api_requests
      WHERE session = ? AND at <= ? AND cache_creation > 0 AND ${isMainAgentSql} ORDER BY at DESC, id DESC LIMIT 1`)
    .pluck();
  const put = database.prepare(`
    INSERT OR REPLACE INTO session_totals (session, cost_nanos, estimated_nanos, unattributed_nanos, cost_source, input,
      output, cache_read, cache_creation, requests, unpriced, lines_added, lines_removed, commits, pull_requests,
      active_user_s, active_cli_s, last_request)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const dropUnattributed = database.prepare('DELETE FROM unattributed WHERE session = ?');
  const putUnattributed = database.prepare(`
    INSERT INTO unattributed (session, model, at, cost_nanos, input, output, cache_read, cache_creation)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const get = database.prepare<[number], TotalsRow>('SELECT * FROM session_totals WHERE session = ?');

  /** As prices name it now, whatever they did when the totals were made. */
  function withWindow({ windowTokens: _, ...request }: LastRequest): LastRequest {
    const windowTokens = namedWindow(request.model, prices, request.contextTokens);
    return windowTokens === undefined ? request : { ...request, windowTokens };
  }

  function lastOf(no: number): LastRequest | undefined {
    const row = lastRequest.get(no, no);
    if (!row) return undefined;
    const { at, model, cacheRead, cacheCreation, cache1h, speed, geo } = row;
    const cachedTokens = cacheRead + cacheCreation;
    const contextTokens = row.input + cachedTokens;
    const told = withWindow({ at: new Date(at).toISOString(), model, contextTokens, cachedTokens });
    if (cachedTokens === 0) return told;
    const isLong = cacheCreation > 0 ? cache1h > 0 : lastWrite.get(no, at) === 1;
    const cached = { tokens: cachedTokens, isLong, speed: speed ?? undefined, geo: geo ?? undefined };
    const coldNanos = coldNanosOf(model, cached, { at: told.at, prices });
    return {
      ...told,
      cacheExpiresAt: new Date(at + cacheLifeMs[isLong ? 'long' : 'short']).toISOString(),
      ...(coldNanos !== undefined && { coldUsd: usdOfNanos(coldNanos) }),
    };
  }

  return {
    make(no, sessionId) {
      const rows = byModel.all(no, no);
      const sums = sumsOf(no, sessionId);
      const unattributed = surplusOf(rows, sums);
      const estimated = rows.filter(({ isEstimated }) => isEstimated === 1);
      const isPriced = ({ requests, unpriced }: ModelRow) => requests > unpriced;
      const hasEvents =
        rows.some((row) => row.isEstimated === 0 && isPriced(row)) ||
        sums.some(({ name }) => name === summedMetrics.cost);
      const sumOf = (name: string, type = '') => activityOf(sums, name, type);
      return {
        costNanos: total(rows, ({ costNanos }) => costNanos) + total(unattributed, ({ costNanos }) => costNanos),
        estimatedNanos: total(estimated, ({ costNanos }) => costNanos),
        costSource: hasEvents ? 'events' : estimated.some(isPriced) ? 'transcript' : 'none',
        tokens: [...rows.map(tokensOf), ...unattributed.map(({ tokens }) => tokens)].reduce(plusTokens, noTokens),
        requests: total(rows, ({ requests }) => requests),
        unpriced: total(rows, ({ unpriced }) => unpriced),
        linesAdded: sumOf(summedMetrics.lines, 'added'),
        linesRemoved: sumOf(summedMetrics.lines, 'removed'),
        commits: sumOf(summedMetrics.commits),
        pullRequests: sumOf(summedMetrics.pullRequests),
        activeUserS: sumOf(summedMetrics.activeTime, 'user'),
        activeCliS: sumOf(summedMetrics.activeTime, 'cli'),
        lastRequest: lastOf(no),
        unattributed,
      };
    },

    write(no, totals) {
      const { tokens, lastRequest: last } = totals;
      put.run(
        ...[no, totals.costNanos, totals.estimatedNanos, total(totals.unattributed, ({ costNanos }) => costNanos)],
        ...[totals.costSource, tokens.input, tokens.output, tokens.cacheRead, tokens.cacheCreation, totals.requests],
        ...[totals.unpriced, totals.linesAdded ?? null, totals.linesRemoved ?? null, totals.commits ?? null],
        ...[totals.pullRequests ?? null, totals.activeUserS ?? null, totals.activeCliS ?? null],
        last ? JSON.stringify(last) : null,
      );
      dropUnattributed.run(no);
      for (const { model, at, costNanos, tokens: more } of totals.unattributed)
        putUnattributed.run(no, model, at, costNanos, more.input, more.output, more.cacheRead, more.cacheCreation);
    },

    read(no) {
      const row = get.get(no);
      if (!row) return undefined;
      return costFieldsOf({
        ...{ costNanos: row.cost_nanos, estimatedNanos: row.estimated_nanos, costSource: row.cost_source },
        ...{ tokens: tokensOf(row), requests: row.requests, unpriced: row.unpriced },
        linesAdded: row.lines_added ?? undefined,
        linesRemoved: row.lines_removed ?? undefined,
        commits: row.commits ?? undefined,
        pullRequests: row.pull_requests ?? undefined,
        activeUserS: row.active_user_s ?? undefined,
        activeCliS: row.active_cli_s ?? undefined,
        lastRequest: row.last_request === null ? undefined : withWindow(JSON.parse(row.last_request) as LastRequest),
        unattributedNanos: row.unattributed_nanos,
      });
    },
  };
}

/** What is zero or unknown is left out: an unknown cost is never $0. */
export function costFieldsOf(
  totals: Omit<Totals, 'unattributed'> & { unattributed?: readonly Unattributed[]; unattributedNanos?: number },
): CostFields {
  const { costSource, tokens } = totals;
  const unattributedNanos = totals.unattributedNanos ?? total(totals.unattributed ?? [], ({ costNanos }) => costNanos);
  const { linesAdded, linesRemoved, commits, pullRequests, activeUserS, activeCliS } = totals;
  const activity = present({ linesAdded, linesRemoved, commits, pullRequests, activeUserS, activeCliS });
  const usdOrNone = (nanos: number) => (nanos === 0 ? undefined : usdOfNanos(nanos));
  return present({
    costUsd: costSource === 'none' ? undefined : usdOfNanos(totals.costNanos),
    costSource,
    estimatedUsd: usdOrNone(totals.estimatedNanos),
    unattributedUsd: usdOrNone(unattributedNanos),
    unpriced: totals.unpriced || undefined,
    tokens: tokenCount(tokens) === 0 ? undefined : tokens,
    activity: Object.keys(activity).length === 0 ? undefined : activity,
    lastRequest: totals.lastRequest,
  });
}

/** Per model, by how much the metric is more than what events and transcript tell. */
function surplusOf(rows: readonly ModelRow[], sums: readonly MetricSum[]): Unattributed[] {
  const metrics = new Map<string, { costNanos: number; tokens: Tokens; at: number }>();
  for (const { name, model, type, value, at } of sums) {
    const kind = name === summedMetrics.tokens && isTokenKind(type) ? type : undefined;
    if (name !== summedMetrics.cost && kind === undefined) continue;
    const key = modelBase(model);
    const metric = metrics.get(key) ?? { costNanos: 0, tokens: { ...noTokens }, at: 0 };
    metrics.set(key, metric);
    if (at !== null) metric.at = Math.max(metric.at, at);
    if (kind === undefined) metric.costNanos += value;
    else metric.tokens[kind] += Math.round(value / 1e6);
  }
  return [...metrics].flatMap(([model, metric]) => {
    const mine = rows.filter((row) => row.model === model);
    const rounded = total(mine, (row) => row.rounded);
    const mayDiffer = mayDifferNanos({ requests: total(mine, (row) => row.requests), rounded });
    const costNanos = metric.costNanos - total(mine, (row) => row.costNanos);
    const known = mine.map(tokensOf).reduce(plusTokens, noTokens);
    const more = {
      input: Math.max(0, metric.tokens.input - known.input),
      output: Math.max(0, metric.tokens.output - known.output),
      cacheRead: Math.max(0, metric.tokens.cacheRead - known.cacheRead),
      cacheCreation: Math.max(0, metric.tokens.cacheCreation - known.cacheCreation),
    };
    const at = metric.at || Math.max(0, ...mine.map((row) => row.lastAt));
    const told = { model, at, costNanos: costNanos > mayDiffer ? costNanos : 0, tokens: more };
    return told.costNanos > 0 || tokenCount(more) > 0 ? [told] : [];
  });
}

/** Undefined where nothing of it was told; seconds have parts, the others are counts. */
function activityOf(sums: readonly MetricSum[], name: string, type: string): number | undefined {
  const mine = sums.filter((sum) => sum.name === name && (type === '' || sum.type === type));
  if (mine.length === 0) return undefined;
  const value = total(mine, (sum) => sum.value) / 1e6;
  return name === summedMetrics.activeTime ? value : Math.round(value);
}

function tokensOf(row: Record<TokenColumn, number>): Tokens {
  return { input: row.input, output: row.output, cacheRead: row.cache_read, cacheCreation: row.cache_creation };
}

function total<T>(list: readonly T[], numberOf: (one: T) => number): number {
  return list.reduce((sum, one) => sum + numberOf(one), 0);
}
