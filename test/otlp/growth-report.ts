import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { root } from '../service.ts';
import type { Usage } from '../stack/soak-usage.ts';
import type { PartName } from '../stack/stack.ts';

export interface Growth {
  days: number;
  backfill: { exports: number; seconds: number };
  /** When all was told, and when all was asked. */
  fill: Record<PartName, Usage>;
  rest: Record<PartName, Usage>;
  /** Megabytes. */
  disk: Record<PartName, number>;
  infoSamples: number;
  /** How many samples all scrapes of the parts themselves take in together, every 15 s. */
  scraped: number;
  restartSeconds: number;
  queries: TimedQuery[];
  events: TimedQuery[];
}

export interface TimedQuery {
  place: string;
  /** What the dashboard's variables choose. */
  choice: string;
  samples: number;
  passedMs: number;
  processorMs: number;
  /** The smaller of the two. */
  costMs: number;
}

const begin = '<!-- growth: npm run test:soak -- growth -->';
const end = '<!-- end of growth -->';

/** Puts what was measured between the marks of observability/README.md; where there are none, only prints it. */
export async function writeGrowth(growth: Growth): Promise<void> {
  const text = reportOf(growth);
  console.error(text);
  const file = join(root, 'observability', 'README.md');
  const before = await readFile(file, 'utf8').catch(() => '');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) return;
  await writeFile(file, `${before.slice(0, from)}${begin}\n\n${text}\n\n${before.slice(to)}`);
}

function reportOf({ days, backfill, fill, rest, disk, infoSamples, scraped, restartSeconds, queries, events }: Growth) {
  const date = new Date().toISOString().slice(0, 10);
  const load = loadavg()[0]?.toFixed(0);
  const slowest = queries.toSorted((a, b) => b.costMs - a.costMs).slice(0, 6);
  const parts: Record<PartName, string> = {
    collector: 'collector (queue)',
    prometheus: 'Prometheus',
    loki: 'Loki',
    telltale: 'event service',
  };
  const perDay = (scraped * 86_400) / 15;
  return [
    `Measured ${date} on ${cpus().length} processors at load ${load}: ${days} days × 60 sessions, three in four cumulative, one export a minute, ${backfill.exports.toLocaleString('en')} exports told, and stored everywhere, in ${Math.round(backfill.seconds)} s.`,
    '',
    '| part | on disk | memory, most while filled | memory, most while asked |',
    '| --- | --- | --- | --- |',
    ...Object.entries(parts).map(([part, label]) => {
      const name = part as PartName;
      return `| ${label} | ${mb(disk[name])} | ${mb(fill[name].peakMb)} | ${mb(rest[name].peakMb)} |`;
    }),
    '',
    `In Prometheus ${infoSamples.toLocaleString('en')} samples are \`telltale_session_info\`. Not in the table: what Prometheus scrapes of the parts themselves, ${scraped.toLocaleString('en')} samples every 15 s, ${(perDay / 1e6).toFixed(1)} million a day. A restart took ${restartSeconds < 1 ? 'less than a second' : `${Math.round(restartSeconds)} s`}.`,
    '',
    'A month in minutes is more than a team sends: the event service is the slowest to store it, and its queue grows meanwhile. The collector maps its queue files into memory, so their pages count as its memory.',
    '',
    `The slowest of ${queries.length} queries of Overview and Cost over all ${days} days in hourly bars, all of them or one project's; median of three. The smaller of the two times must be below 2 s: time that other programs took from a busy machine does not count. Queries of events have no limit:`,
    '',
    '| query | shown | processor time | time at that load |',
    '| --- | --- | --- | --- |',
    ...[...slowest, ...events].map(
      ({ place, choice, passedMs, processorMs }) =>
        `| ${place} | ${choice} | ${seconds(processorMs)} | ${seconds(passedMs)} |`,
    ),
  ].join('\n');
}

const mb = (amount: number) => `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} MB`;
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
