import { randomUUID } from 'node:crypto';
import { type Finding, skipped } from './finding.ts';
import { hookDestination, isSame } from './hook-destination.ts';
import { type Machine, mayRemove } from './machine.ts';
import { followHook } from './probe/hook-road.ts';
import { removeProbe } from './probe/removal.ts';
import { askGrafana, followToLoki, followToPrometheus, type StackUrls } from './probe/stack.ts';
import { followTelemetry } from './probe/telemetry-road.ts';

/** Every hop of the probe, in the order in which it is told. */
export const hops = {
  'probe-hook': 'hook to spool',
  'probe-send': 'spool to service',
  'probe-store': 'service to database',
  'probe-live': 'database to live socket',
  'probe-page': 'database to page',
  'probe-log': 'a log of telemetry',
  'probe-metric': 'a metric',
  'probe-span': 'a span',
  'probe-prometheus': 'collector to Prometheus',
  'probe-loki': 'collector to Loki',
  'probe-grafana': 'Grafana and its data sources',
  'probe-removed': 'the probe is removed',
} as const satisfies Record<string, string>;

type Hop = keyof typeof hops;

export interface Probe {
  session: string;
  findings: Partial<Record<Hop, Finding>>;
}

/** Sends a marked hook event, log, metric and span, follows each, and takes them away again. */
export async function probe(machine: Machine, patienceMs: number, stack: StackUrls | undefined): Promise<Probe> {
  const session = `doctor-${randomUUID()}`;
  const why = reasonAgainst(machine);
  if (why) return { session, findings: Object.fromEntries(Object.keys(hops).map((hop) => [hop, skipped(why)])) };
  const [hook, telemetry] = await Promise.all([
    followHook(machine, session, patienceMs),
    followTelemetry(machine, session, patienceMs),
  ]);
  const { findings, isTaken, sinceMs } = telemetry;
  const isLate = isTaken && Object.values(findings).some(({ state }) => state === 'failed');
  const inStack = stack === undefined ? {} : await followStack(stack, session, { patienceMs, isTaken, sinceMs });
  const removed = await removeProbe(machine, session, isLate && machine.answer.status !== undefined);
  return { session, findings: { ...hook, ...findings, ...inStack, 'probe-removed': removed } };
}

/** What is sent has to be removed again: a probe leaves no session behind. */
function reasonAgainst(machine: Machine): string | undefined {
  const { answer, service } = machine;
  if (mayRemove(answer) && answer.status) return undefined;
  if (answer.access || answer.clockMs !== undefined)
    return 'Nothing is sent, because this token may not remove it again: TELLTALE_TOKEN=<an admin’s> telltale doctor.';
  // Where nobody answers it goes no further than the spool.
  return isSame(hookDestination(machine).url, service.url) ? undefined : 'No service answers.';
}

async function followStack(
  urls: StackUrls,
  session: string,
  { patienceMs, isTaken, sinceMs }: { patienceMs: number; isTaken: boolean; sinceMs(): number },
) {
  const until = Date.now() + patienceMs;
  const nothing = skipped('Nothing was taken that could arrive.');
  const [prometheus, loki, grafana] = await Promise.all([
    isTaken ? followToPrometheus(urls.prometheus, session, until, sinceMs) : nothing,
    isTaken ? followToLoki(urls.loki, session, until, sinceMs) : nothing,
    askGrafana(urls.grafana),
  ]);
  return { 'probe-prometheus': prometheus, 'probe-loki': loki, 'probe-grafana': grafana };
}
