import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { total } from '@telltale/observability/query/total.ts';
import { expect } from 'vitest';
import type { ApiRequest } from '../client/api/server.ts';
import type { ClientAge } from '../client/binary.ts';
import type { Stage } from '../client/stage.ts';
import { logql, promql } from '../stack/queries.ts';
import type { Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { costUsdOf } from './client-prices.ts';

/** The variables that docs/telemetry.md gives people, with exports often enough for sessions of two seconds. */
export function telemetry(otlp: string, project: string, temporality = 'cumulative'): Record<string, string> {
  return {
    CLAUDE_CODE_ENABLE_TELEMETRY: '1',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_LOGS_EXPORT_INTERVAL: '500',
    OTEL_RESOURCE_ATTRIBUTES: `project=${project}`,
    // Whatever it is called: the desktop app has another name, and anybody may choose one.
    ...(temporality === 'delta' && { OTEL_SERVICE_NAME: 'a-name-of-our-own' }),
  };
}

export type Served = (request: ApiRequest) => boolean;

/** Metrics and events tell what the API served, of those requests that `counts` lets through, and nothing else. */
export async function expectShown(stack: Stack, project: string, stage: Stage, counts?: Served): Promise<void> {
  await expectMetrics(stack, project, stage, counts);
  await expectEvents(stack, project, stage, counts);
}

export async function expectMetrics(
  stack: Stack,
  project: string,
  stage: Stage,
  counts: Served = () => true,
): Promise<void> {
  const filter = `project="${project}"`;
  const truth = truthOf(stage, counts);
  const ask = async (metric: 'cost' | 'tokens', by: string[]) =>
    grouped(await promql(stack.prometheus, total({ metric, by, filter, range: '1h' })), by);

  const tokens = await waitFor('the tokens in Prometheus', async () => {
    const shown = await ask('tokens', ['session_id', 'type']);
    return sumOf(shown) >= sumOf(truth.tokens) && shown;
  });
  expect(tokens).toEqual(truth.tokens);
  const costs = await ask('cost', ['model_base']);
  expect(Object.keys(costs).sort()).toEqual(Object.keys(truth.costsUsd).sort());
  for (const [model, usd] of Object.entries(truth.costsUsd)) expect(costs[model]).toBeCloseTo(usd, 9);
}

/** Loki's second opinion: an event for each answer, with the same money. */
export async function expectEvents(
  stack: Stack,
  project: string,
  stage: Stage,
  counts: Served = () => true,
): Promise<void> {
  const filter = `project="${project}"`;
  const truth = truthOf(stage, counts);
  const events = `{service_name="claude-code", event_name="api_request"} | ${filter}`;
  const count = async () => (await logql(stack.loki, `sum(count_over_time(${events} [1h]))`))[0]?.value ?? 0;
  await waitFor('the events in Loki', async () => (await count()) >= truth.events);
  expect(await count()).toBe(truth.events);
  const usd = await logql(stack.loki, `sum(sum_over_time(${events} | unwrap cost_usd | __error__="" [1h]))`);
  expect(usd[0]?.value ?? 0).toBeCloseTo(sumOf(truth.costsUsd), 9);
}

export interface Truth {
  /** By session and kind. */
  tokens: Record<string, number>;
  costsUsd: Record<string, number>;
  events: number;
}

/**
 * What the API served. A stream that broke off is a matter of the client: the old one forgets it, the new one counts what
 * it had heard, its output by an estimate of its own. Only its own account can tell that, and whether it was in time to
 * hear anything before the connection was gone.
 */
export function truthOf({ api, age, transcripts }: Stage, counts: Served = () => true): Truth {
  const served = api.requests.filter(counts);
  const answered = served.filter(({ usage, wasCut }) => usage !== undefined && !wasCut);
  const cut = served.filter(({ wasCut }) => wasCut);
  const truth = (heard: readonly ApiRequest[]): Truth => ({
    tokens: tokensOf(heard),
    costsUsd: costsOf(heard, age),
    events: answered.length,
  });
  const [broken] = age === 'old' ? [] : cut;
  if (!broken?.usage) return truth(answered);
  const account = ownAccount(transcripts).modelUsage[broken.model];
  if (!account) throw new Error('the transcript ends without an account of the broken stream');
  const input = `${broken.sessionId}|input`;
  if (account.inputTokens === truth(answered).tokens[input]) return truth(answered);
  const { tokens, costsUsd, events } = truth([...answered, ...cut]);
  const group = `${broken.sessionId}|output`;
  const estimated = account.outputTokens - (tokens[group] ?? 0);
  const usage = { ...noUsage, output_tokens: estimated };
  const costUsd = (costsUsd[broken.model] ?? 0) + costUsdOf(usage, broken.model, age);
  return {
    tokens: { ...tokens, [group]: account.outputTokens },
    costsUsd: { ...costsUsd, [broken.model]: costUsd },
    events,
  };
}

const noUsage = { input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };

/** The last `cost-state` row of the one transcript. */
function ownAccount(transcripts: string): {
  modelUsage: Record<string, { inputTokens: number; outputTokens: number }>;
} {
  const rows = readdirSync(transcripts, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => readFileSync(join(transcripts, file), 'utf8').trim().split('\n'))
    .filter((line) => line.includes('"type":"cost-state"'));
  return JSON.parse(rows.at(-1) ?? '{"modelUsage":{}}');
}

const kinds = [
  ['input', 'input_tokens'],
  ['output', 'output_tokens'],
  ['cacheRead', 'cache_read_input_tokens'],
  ['cacheCreation', 'cache_creation_input_tokens'],
] as const;

function tokensOf(served: readonly ApiRequest[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { sessionId, usage } of served) {
    for (const [type, field] of kinds) {
      const group = `${sessionId}|${type}`;
      sums[group] = (sums[group] ?? 0) + (usage?.[field] ?? 0);
    }
  }
  return sums;
}

function costsOf(served: readonly ApiRequest[], age: ClientAge): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { model, usage } of served) {
    if (usage) sums[model] = (sums[model] ?? 0) + costUsdOf(usage, model, age);
  }
  return sums;
}

function grouped(samples: { labels: Record<string, string>; value: number }[], by: string[]): Record<string, number> {
  const shown = samples.filter(({ value }) => value !== 0);
  return Object.fromEntries(shown.map(({ labels, value }) => [by.map((label) => labels[label]).join('|'), value]));
}

const sumOf = (groups: Record<string, number>): number => Object.values(groups).reduce((sum, one) => sum + one, 0);
