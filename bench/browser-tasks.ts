import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession } from 'playwright-core';

/** What one task of the page's main thread took: of the clock, and of the processor alone. */
export interface PageTask {
  wallMs: number;
  cpuMs: number;
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  dur?: number;
  /** Thread time: other processes of a busy machine are not in it. */
  tdur?: number;
  args?: { name?: string };
}

/** The tasks of the main thread while `work` runs, longest processor time first. */
export async function tasksDuring(cdp: CDPSession, work: () => Promise<unknown>): Promise<PageTask[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: unknown[] }) => void events.push(...(value as TraceEvent[]));
  cdp.on('Tracing.dataCollected', collect);
  const categories = ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'];
  await cdp.send('Tracing.start', { traceConfig: { includedCategories: categories, excludedCategories: ['*'] } });
  await work();
  const complete = new Promise<void>((done) => cdp.once('Tracing.tracingComplete', () => done()));
  await cdp.send('Tracing.end');
  await Promise.race([complete, sleep(20_000)]);
  cdp.off('Tracing.dataCollected', collect);
  return tasksOf(events);
}

/** Of the page's process: the one that ran the most. */
function tasksOf(events: readonly TraceEvent[]): PageTask[] {
  const named = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const threads = named.map(({ pid, tid }) =>
    events.filter((event) => event.pid === pid && event.tid === tid && event.name === 'RunTask'),
  );
  const sum = (tasks: readonly TraceEvent[]) => tasks.reduce((total, { tdur = 0 }) => total + tdur, 0);
  const [busiest = []] = threads.sort((a, b) => sum(b) - sum(a));
  return busiest
    .map(({ dur = 0, tdur = 0 }) => ({ wallMs: dur / 1000, cpuMs: tdur / 1000 }))
    .sort((a, b) => b.cpuMs - a.cpuMs);
}
