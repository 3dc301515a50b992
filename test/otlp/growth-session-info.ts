import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MonthSession } from './growth-month.ts';

export interface SessionInfoOptions {
  promtool: string;
  /** Where Prometheus, which must not run, keeps its blocks. */
  data: string;
  sessions: readonly MonthSession[];
  from: number;
  to: number;
}

const day = 86_400_000;
const scrapeMs = 15_000;

/**
 * What Prometheus would have scraped all the time: `telltale_session_info` of each session, from its beginning to a day
 * after its end, every 15 s. Most samples that a total by project or user reads are these. Answers how many.
 */
export async function writeSessionInfo({ promtool, data, sessions, from, to }: SessionInfoOptions): Promise<number> {
  await mkdir(data, { recursive: true });
  const file = join(data, '..', 'session-info.txt');
  let samples = 0;
  for (let start = from; start < to; start += day) {
    samples += await write(file, sessions, start, Math.min(start + day, to));
    const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=24h', '--quiet', file, data];
    await promisify(execFile)(promtool, args, { maxBuffer: 2 ** 26 });
  }
  await rm(file);
  return samples;
}

/** One day, in the order of time: the writer of blocks takes no other. */
async function write(file: string, sessions: readonly MonthSession[], from: number, to: number): Promise<number> {
  const known = sessions
    .filter((session) => session.to + day > from && session.from < to)
    .map((session) => ({ ...session, series: seriesOf(session) }));
  const output = await open(file, 'w');
  let samples = 0;
  let text = '# TYPE telltale_session_info gauge\n';
  for (let at = from; at < to; at += scrapeMs) {
    for (const session of known) {
      if (session.from > at || session.to + day <= at) continue;
      text += `${session.series} 1 ${at / 1000}\n`;
      samples++;
    }
    if (text.length > 4_000_000) {
      await output.write(text);
      text = '';
    }
  }
  await output.write(`${text}# EOF\n`);
  await output.close();
  return samples;
}

function seriesOf({ id, project, user }: MonthSession): string {
  return `telltale_session_info{session_id="${id}",project="${project}",user="${user}",host="desk",instance="telltale:4000",job="telltale"}`;
}
