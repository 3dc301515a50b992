import {
  type CostPart,
  costSumOf,
  namedWindow,
  type Prices,
  priceDifferences,
  type RequestCost,
  type Session,
  type SessionCost,
  type SpendKind,
  usdOfNanos,
} from '@telltale/core';
import { present } from '@telltale/core/present';
import type { Database } from 'better-sqlite3';
import { createMetricSums, summedMetrics } from './metric-sums.ts';
import { isUnpricedSql } from './request-sql.ts';

/** A row of the view `spend`. */
interface SpendRow {
  kind: SpendKind;
  id: string | null;
  at: number;
  prompt_id: string | null;
  agent_id: string | null;
  agent_type: string | null;
  query_source: string | null;
  model: string;
  effort: string | null;
  speed: string | null;
  client_version: string | null;
  cost_nanos: number;
  table_nanos: number | null;
  input: number;
  output: number;
  cache_read: number;
  cache_creation: number;
  cache_1h: number;
  duration_ms: number | null;
  ttft_ms: number | null;
  isUnpriced: number;
}

interface SaidRow {
  requests: number;
  ownNanos: number;
  inheritedNanos: number;
}

/** What a session cost, request by request. Totals must be written before. */
export function createSessionCost(database: Database, prices: Prices): (no: number, session: Session) => SessionCost {
  const spend = database.prepare<[number], SpendRow>(`
    SELECT kind, id, at, prompt_id, agent_id, agent_type, query_source, model, effort, speed, client_version, cost_nanos,
      table_nanos, input, output, cache_read, cache_creation, cache_1h, duration_ms, ttft_ms,
      kind <> 'unattributed' AND ${isUnpricedSql} AS isUnpriced
    FROM spend WHERE session = ? ORDER BY at, id`);
  const said = database.prepare<[number], SaidRow>(`
    SELECT count(*) AS requests, total(CASE WHEN isMine THEN table_nanos END) AS ownNanos,
      total(CASE WHEN NOT isMine THEN table_nanos END) AS inheritedNanos
    FROM (SELECT table_nanos, is_owner = 1 AND NOT EXISTS (
        SELECT 1 FROM api_requests AS known WHERE known.id = said.id AND known.session <> said.session) AS isMine
      FROM said_requests AS said WHERE session = ?)`);
  const metricsOf = createMetricSums(database);

  return (no, session) => {
    const rows = spend.all(no);
    const requests = rows.map((row) => requestOf(row, prices));
    const sum = costSumOf(requests);
    const inTranscript = said.get(no);
    const ofEvents = rows.filter(({ kind }) => kind === 'request');
    const metrics = metricsOf(no, session.id).filter(({ name }) => name === summedMetrics.cost);
    const typeOf = (agentId: string | undefined) => session.agents.find(({ id }) => id === agentId)?.type;
    const parts = (keyOf: (request: RequestCost) => string | undefined) => partsOf(requests, keyOf);
    return {
      sessionId: session.id,
      costUsd: sum.costUsd,
      costSource: session.costSource ?? 'none',
      estimatedUsd: sum.estimatedUsd,
      unattributedUsd: usdOf(rows.filter(isUnattributed), ({ cost_nanos }) => cost_nanos),
      inheritedUsd: usdOfNanos(inTranscript?.inheritedNanos ?? 0),
      tokens: sum.tokens,
      unpricedModels: [...new Set(rows.filter(({ isUnpriced }) => isUnpriced === 1).map(({ model }) => model))].sort(),
      said: present({
        ledgerUsd: ofEvents.length === 0 ? undefined : usdOf(ofEvents, ({ cost_nanos }) => cost_nanos),
        metricUsd: metrics.length === 0 ? undefined : usdOf(metrics, ({ value }) => value),
        transcriptUsd: inTranscript?.requests ? usdOfNanos(inTranscript.ownNanos) : undefined,
      }),
      byPrompt: parts(({ promptId }) => promptId),
      byModel: parts(({ model }) => model),
      byAgent: parts(({ agentId, agentType }) => agentId ?? agentType).map(({ key, ...part }) => {
        const agent = requests.find((one) => key !== undefined && (one.agentId ?? one.agentType) === key);
        // A type alone, as old clients tell it, is no agent's id.
        const label = agent?.agentType ?? typeOf(key);
        return present({ ...part, key: agent?.agentId, label });
      }),
      requests,
      activity: session.activity ?? {},
      priceDifferences: priceDifferences(
        ofEvents.map((row) => ({
          clientVersion: row.client_version ?? undefined,
          model: row.model,
          costNanos: row.cost_nanos,
          tableNanos: row.table_nanos ?? undefined,
        })),
      ),
    };
  };
}

const isUnattributed = ({ kind }: SpendRow) => kind === 'unattributed';

function requestOf(row: SpendRow, prices: Prices): RequestCost {
  const held = row.input + row.cache_read + row.cache_creation;
  return present({
    kind: row.kind,
    id: row.id ?? undefined,
    at: new Date(row.at).toISOString(),
    promptId: row.prompt_id ?? undefined,
    agentId: row.agent_id ?? undefined,
    agentType: row.agent_type ?? undefined,
    querySource: row.query_source ?? undefined,
    model: row.model,
    effort: row.effort ?? undefined,
    speed: row.speed ?? undefined,
    clientVersion: row.client_version ?? undefined,
    costUsd: usdOfNanos(row.cost_nanos),
    tableUsd: row.table_nanos === null ? undefined : usdOfNanos(row.table_nanos),
    tokens: {
      ...{ input: row.input, output: row.output },
      ...{ cacheRead: row.cache_read, cacheCreation: row.cache_creation },
    },
    cacheCreation1h: row.cache_1h,
    durationMs: row.duration_ms ?? undefined,
    ttftMs: row.ttft_ms ?? undefined,
    windowTokens: namedWindow(row.model, prices, held),
  });
}

/** In the order in which each began. */
function partsOf(
  requests: readonly RequestCost[],
  keyOf: (request: RequestCost) => string | undefined,
): (CostPart & { key?: string })[] {
  const groups = new Map<string | undefined, RequestCost[]>();
  for (const request of requests) {
    const key = keyOf(request);
    const group = groups.get(key);
    if (group) group.push(request);
    else groups.set(key, [request]);
  }
  return [...groups].map(([key, group]) => {
    const { unpriced: _, ...sum } = costSumOf(group);
    return { ...(key !== undefined && { key }), ...sum };
  });
}

/** Summed as whole numbers. */
function usdOf<T>(rows: readonly T[], nanosOf: (row: T) => number): number {
  return usdOfNanos(rows.reduce((sum, row) => sum + nanosOf(row), 0));
}
