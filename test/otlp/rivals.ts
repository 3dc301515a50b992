/**
 * `npm run rivals`: the same sessions sent to our configuration and to those that people copy, then what the cost and
 * session panels of each would show beside the truth. Writes docs/rivals.md. Takes about three minutes, because scraping
 * happens in real time: ten times as fast as life (exports every 6 s for 60 s, scrapes every 1.5 s for 15 s).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { total } from '@telltale/observability/query/total.ts';
import { freePort } from '../ports.ts';
import { root } from '../service.ts';
import { send } from '../stack/payloads.ts';
import { promql } from '../stack/queries.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import type { createLedger } from './ledger.ts';
import { createWorkload } from './workload.ts';

const speed = 10;
const exportEveryMs = 60_000 / speed;
const scrapeEvery = `${15_000 / speed}ms`;
const minutesOfLife = 20;

interface Rival {
  name: string;
  /** The exporter of its collector configuration, without its endpoint. */
  exporter: string;
  cost: string;
  sessions: string;
}

const rivals: Rival[] = [
  {
    name: 'ColeMurray/claude-code-otel (4326365)',
    exporter: '',
    cost: 'sum(increase(claude_code_cost_usage_USD_total{job="JOB"}[1h]))',
    sessions: 'sum(increase(claude_code_session_count_total{job="JOB"}[1h]))',
  },
  {
    name: 'anthropics/claude-code-monitoring-guide (0277744)',
    exporter: 'send_timestamps: true, metric_expiration: 180m, enable_open_metrics: true',
    cost: 'sum(increase(claude_code_cost_usage_USD_total{job="JOB"}[1h]))',
    sessions: '',
  },
  {
    name: 'the compose file Telltale descends from (V2 proposal), started with today’s names of its exporters',
    exporter: '',
    cost: 'sum(claude_code_cost_usage_total{job="JOB"})',
    sessions: 'sum(claude_code_session_count_total{job="JOB"})',
  },
];

const kinds = {
  'short sessions: one export each': { sessions: 30, exports: 1 },
  'usual sessions: up to twelve exports, half of them idle': { sessions: 30, exports: 12 },
};

const lines = [
  '# The same sessions in the configurations that people copy',
  '',
  'Made by `npm run rivals`: real collector and real Prometheus, a simulated client with Claude Code’s own rules (delta,',
  'its default), the exporter settings and the queries of each dashboard. Life runs ten times as fast; their `batch` and',
  '`resource` processors are left out, and so is their series’ expiry, which would make their numbers smaller still.',
  '',
  `Run on ${new Date().toISOString().slice(0, 10)} with the collector and Prometheus of \`test/stack/binaries.ts\`.`,
];

for (const [title, { sessions, exports }] of Object.entries(kinds)) {
  const shown = await measure(title, sessions, exports);
  lines.push('', `## ${title[0]?.toUpperCase()}${title.slice(1)}`, '', ...shown);
}
writeFileSync(join(root, 'docs', 'rivals.md'), `${lines.join('\n')}\n`);
process.stdout.write(`${lines.join('\n')}\n`);

async function measure(title: string, sessions: number, exports: number): Promise<string[]> {
  const ports = await Promise.all(rivals.map(() => freePort()));
  const stack = await createStack({
    start: ['collector', 'prometheus'],
    collectorExtras: [collectorExtra(ports)],
    replace: { prometheus: { 'scrape_configs:\n': `scrape_configs:\n${scrapeJobs(ports)}` } },
  });
  try {
    const from = Date.now();
    const to = from + (minutesOfLife * 60_000) / speed;
    const work = createWorkload({ name: title, seed: 1, sessions, clients: 'delta', from, to, exports });
    for (const { at, payload } of work.deliveries) {
      await sleep(Math.max(0, at - Date.now()));
      if ((await send(stack.otlp, 'metrics', payload)) !== 200) throw new Error('the collector refused an export');
    }
    await sleep(exportEveryMs);
    return await table(stack, work.ledger, { from, to: Date.now() });
  } finally {
    await stack.stop();
  }
}

async function table(stack: Stack, ledger: ReturnType<typeof createLedger>, range: { from: number; to: number }) {
  const truth = (metric: string) => ledger.totals({ metric, by: [], ...range }).get('') ?? 0;
  const cost = truth('claude_code.cost.usage');
  const sessions = truth('claude_code.session.count');
  const ask = async (query: string) => (query ? (await promql(stack.prometheus, query))[0]?.value : undefined);
  const rows = [
    ['what was really used', `$${cost.toFixed(6)}`, '', String(sessions)],
    [
      '**Telltale**',
      ...told(await ask(total({ metric: 'cost', range: '1h' })), cost),
      `${await ask(total({ metric: 'sessions', range: '1h' }))}`,
    ],
  ];
  for (const [index, rival] of rivals.entries()) {
    const job = (query: string) => query.replaceAll('JOB', `rival-${index}`);
    const shownSessions = await ask(job(rival.sessions));
    rows.push([
      rival.name,
      ...told(await ask(job(rival.cost)), cost),
      rival.sessions
        ? shownSessions === undefined
          ? 'no data'
          : String(Math.round(shownSessions * 10) / 10)
        : 'no panel',
    ]);
  }
  return ['| | cost | off by | sessions |', '|---|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)];
}

function told(shown: number | undefined, truth: number): [string, string] {
  if (shown === undefined) return ['no data', '−100 %'];
  const off = ((shown - truth) / truth) * 100;
  return [
    `$${shown.toFixed(6)}`,
    Math.abs(shown - truth) < 1e-6 ? '0' : `${off > 0 ? '+' : '−'}${Math.abs(off).toFixed(1)} %`,
  ];
}

function collectorExtra(ports: readonly number[]): string {
  const exporters = ports.map((port, index) => {
    const own = rivals[index]?.exporter;
    return `  prometheus/${index}: { endpoint: "127.0.0.1:${port}"${own ? `, ${own}` : ''} }`;
  });
  const pipelines = ports.map(
    (_, index) => `    metrics/rival${index}: { receivers: [otlp], exporters: [prometheus/${index}] }`,
  );
  return ['exporters:', ...exporters, 'service:', '  pipelines:', ...pipelines, ''].join('\n');
}

function scrapeJobs(ports: readonly number[]): string {
  const job = (port: number, index: number) => [
    `  - job_name: rival-${index}`,
    `    scrape_interval: ${scrapeEvery}`,
    '    scrape_timeout: 1s',
    `    static_configs: [{ targets: ['127.0.0.1:${port}'] }]`,
    '',
  ];
  return ports.map((port, index) => job(port, index).join('\n')).join('');
}
