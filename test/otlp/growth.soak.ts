import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cost } from '@telltale/observability/grafana/dashboards/cost.ts';
import { overview } from '@telltale/observability/grafana/dashboards/overview.ts';
import { type PlacedQuery, queriesOf, variableQueries } from '@telltale/observability/grafana/queries-in.ts';
import { countOf } from '@telltale/observability/query/events.ts';
import { filledIn } from '@telltale/observability/query/grafana-variables.ts';
import { costOfEvents, tokensOfEvents } from '@telltale/observability/query/reconciliation.ts';
import { chosenSessions } from '@telltale/observability/query/scope.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Asked, ask } from '../grafana/ask.ts';
import { requiresStack } from '../requires.ts';
import { root } from '../service.ts';
import { stackBinaries } from '../stack/binaries.ts';
import { send } from '../stack/payloads.ts';
import { collectorMetric, logql, only, promql } from '../stack/queries.ts';
import { diskMb, type Usage, usageOf } from '../stack/soak-usage.ts';
import { createStack, type PartName, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { expectExact } from './exactness.ts';
import { createMonth } from './growth-month.ts';
import { type Growth, type TimedQuery, writeGrowth } from './growth-report.ts';
import { writeSessionInfo } from './growth-session-info.ts';

const days = Number(process.env.TELLTALE_SOAK_DAYS ?? 30);
const hour = 3_600_000;
const day = 24 * hour;
const name = 'month';
const slowestMs = 2_000;
const rounds = 3;

describe.skipIf(!(await requiresStack()))(`${days} days of 60 sessions a day (T19)`, { timeout: 2 * hour }, () => {
  let stack: Stack;
  const month = createMonth({ name, days, sessionsPerDay: 60, end: Date.now() });
  const growth: Partial<Growth> = { days };

  beforeAll(async () => {
    stack = await createStack({
      // The month is told in a few minutes. Scrapes would make Prometheus' time jump to its end at once.
      replace: { prometheus: { 'scrape_interval: 15s': 'scrape_interval: 400d' } },
    });
    const started = Date.now();
    let exports = 0;
    for (const { metrics, logs } of month.days()) {
      await sendAll(
        metrics.map(({ payload }) => payload),
        (payload) => taken(stack, 'metrics', payload),
      );
      // In order: eight of these at once would lie further apart than the six hours that Loki takes.
      for (const payload of logs) await taken(stack, 'logs', payload);
      await fetch(`${stack.loki}/flush`, { method: 'POST' }); // a day's chunks, as they would be by its end
      exports += metrics.length + logs.length;
      say(`${exports} exports in ${Math.round((Date.now() - started) / 1000)} s`);
    }
    await drained(stack);
    growth.backfill = { exports, seconds: (Date.now() - started) / 1000 };
    growth.fill = await usages(stack);

    // Not into the hours that are still in memory: what is older than the newest block is not read from the log again.
    const written =
      Math.floor((await prometheusMetric(stack, 'prometheus_tsdb_head_min_time')) / (2 * hour)) * 2 * hour;
    await stack.parts.prometheus.stop();
    const { promtool } = await stackBinaries();
    const data = join(stack.folder, 'prometheus', 'data');
    growth.infoSamples = await writeSessionInfo({ ...month, to: written, promtool, data });
    // From here on the shipped interval.
    const config = join(stack.folder, 'prometheus.yml');
    await writeFile(config, (await readFile(config, 'utf8')).replace('scrape_interval: 400d', 'scrape_interval: 15s'));
    const restarted = Date.now();
    await stack.parts.prometheus.start();
    growth.restartSeconds = (Date.now() - restarted) / 1000;
    say(`${growth.infoSamples} samples of telltale_session_info written, Prometheus started again`);
    await settled(stack);
  }, 2 * hour);

  afterAll(async () => {
    await stack?.stop();
  });

  it('adds up to the ledger: the whole of it, a week, a day and an hour', async () => {
    const { from, to, ledger } = month;
    const ranges = [
      { from, to },
      { from: to - Math.min(days, 10) * day + 1_234, to: to - day },
      { from: to - 2 * day, to: to - day },
      { from: to - 30 * hour, to: to - 29 * hour },
    ];
    for (const range of ranges) await expectExact(stack.prometheus, name, ledger, range);
  });

  it('adds up in Loki, too', async () => {
    const range = `${month.to - month.from}ms`;
    const asked = async (query: string) => only(await logql(stack.loki, query, month.to));
    expect({
      count: await asked(countOf({ name: 'api_request', range })),
      costMicros: Math.round((await asked(costOfEvents({ range }))) * 1e6),
      tokens: await asked(tokensOfEvents({ range })),
    }).toEqual(month.requests);
  });

  it(`answers every query of Overview and Cost within ${slowestMs / 1000} s`, async () => {
    const everything: Asked = { fromMs: month.from, toMs: month.to, intervalS: 3600 };
    const project = { project: 'shop' };
    const chosen = await promql(
      stack.prometheus,
      filledIn(chosenSessions, { ...everything, variables: project }),
      month.to,
    );
    const sessions = chosen.map(({ labels }) => labels.session_id).join('|');
    const queries = [
      ...Object.entries({ overview, cost }).flatMap(([place, dashboard]) => queriesOf(place, dashboard)),
      ...variableQueries('every dashboard', overview),
    ].filter(({ text, language }) => language === 'prometheus' && text.includes('claude_code_'));
    expect(queries.length).toBeGreaterThan(25);
    growth.queries = [];
    for (const query of queries) {
      growth.queries.push(await timed(stack, query, everything, 'all'));
      growth.queries.push(
        await timed(stack, query, { ...everything, variables: { ...project, sessions } }, 'one project'),
      );
    }
    for (const [place, text] of Object.entries({
      'events: cost': costOfEvents(),
      'events: tokens': tokensOfEvents(),
    })) {
      const query = { place, text, language: 'loki', isInstant: true, isLines: false } as const;
      growth.events = [...(growth.events ?? []), await timed(stack, query, everything, 'all')];
    }
    growth.rest = await usages(stack);
    growth.disk = {
      collector: await diskMb(stack.queueFolder),
      prometheus: await diskMb(join(stack.folder, 'prometheus', 'data')),
      loki: await diskMb(join(stack.folder, 'loki')),
      telltale: await diskMb(stack.service.home),
    };
    growth.scraped = only(await promql(stack.prometheus, 'sum(scrape_samples_post_metric_relabeling)'));
    await writeGrowth(growth as Growth);
    expect(growth.queries.filter(({ costMs }) => costMs > slowestMs)).toEqual([]);
  });

  it('stays within the memory that the compose file gives', async () => {
    const limits = await memoryLimitsMb();
    for (const part of Object.keys(limits) as PartName[]) {
      const peak = Math.max(growth.fill?.[part].peakMb ?? Number.NaN, growth.rest?.[part].peakMb ?? Number.NaN);
      expect(peak, part).toBeLessThan(limits[part]);
    }
  });
});

/**
 * The median of some rounds. On a machine that is busy with other things the time passed says little: what counts is the
 * processor time of the database that is asked, unless the time passed is shorter.
 */
async function timed(stack: Stack, query: PlacedQuery, asked: Asked, choice: string): Promise<TimedQuery> {
  const pid = await stack.parts[query.language].pid();
  const passed: number[] = [];
  const processor: number[] = [];
  let samples = 0;
  for (let round = 0; round < rounds; round++) {
    const before = await usageOf(pid);
    const started = performance.now();
    samples = (await ask(stack, query, asked)).length;
    passed.push(performance.now() - started);
    processor.push((await usageOf(pid)).processorMs - before.processorMs);
  }
  const [passedMs, processorMs] = [median(passed), median(processor)];
  return { place: query.place, choice, samples, passedMs, processorMs, costMs: Math.min(passedMs, processorMs) };
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
}

async function usages({ parts }: Stack): Promise<Record<PartName, Usage>> {
  const [collector, prometheus, loki, telltale] = await Promise.all(
    [parts.collector, parts.prometheus, parts.loki, parts.telltale].map(async (part) => usageOf(await part.pid())),
  );
  if (!collector || !prometheus || !loki || !telltale) throw new Error('a part is not running');
  return { collector, prometheus, loki, telltale };
}

async function memoryLimitsMb(): Promise<Record<PartName, number>> {
  const file = await readFile(join(root, 'docker-compose.yml'), 'utf8');
  const { services } = parse(file, { merge: true }) as { services: Record<string, { mem_limit: string }> };
  const limit = (service: string) => {
    const [, amount, unit] = /^(\d+)([mg])$/.exec(services[service]?.mem_limit ?? '') ?? [];
    return Number(amount) * (unit === 'g' ? 1024 : 1);
  };
  return {
    collector: limit('otel-collector'),
    prometheus: limit('prometheus'),
    loki: limit('loki'),
    telltale: limit('telltale'),
  };
}

/** Eight clients at a time, each waiting for its answer. */
async function sendAll(payloads: readonly object[], post: (payload: object) => Promise<void>): Promise<void> {
  let next = 0;
  const client = async () => {
    for (let payload = payloads[next++]; payload; payload = payloads[next++]) await post(payload);
  };
  await Promise.all(Array.from({ length: 8 }, client));
}

/** A full queue answers 503: this month is told faster than any team would. */
async function taken({ otlp }: Stack, signal: 'metrics' | 'logs', payload: object): Promise<void> {
  await waitFor(
    'an export to be taken',
    async () => {
      const answer = await send(otlp, signal, payload);
      if (answer !== 200) await sleep(1_000);
      return answer === 200;
    },
    600_000,
  );
}

async function drained({ collectorMetrics: url }: Stack): Promise<void> {
  await waitFor(
    'empty queues',
    async () => {
      await sleep(1_000);
      return (await collectorMetric(url, 'otelcol_exporter_queue_size')) === 0;
    },
    hour,
  );
  // Nothing was given up.
  for (const what of ['metric_points', 'log_records']) {
    expect(await collectorMetric(url, `otelcol_exporter_send_failed_${what}`)).toBe(0);
  }
}

/** Until blocks are no longer being put together. */
async function settled(stack: Stack): Promise<void> {
  let [blocks, since] = [Number.NaN, Date.now()];
  await waitFor(
    'blocks that stay as they are',
    async () => {
      await sleep(2_000);
      const now =
        (await prometheusMetric(stack, 'prometheus_tsdb_blocks_loaded')) +
        (await prometheusMetric(stack, 'prometheus_tsdb_compactions_total'));
      if (now !== blocks) [blocks, since] = [now, Date.now()];
      return Date.now() - since > 75_000; // it looks once a minute
    },
    hour / 2,
  );
}

async function prometheusMetric({ prometheus }: Stack, name: string): Promise<number> {
  const text = await (await fetch(`${prometheus}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
}

function say(line: string): void {
  console.error(`growth: ${line}`);
}
