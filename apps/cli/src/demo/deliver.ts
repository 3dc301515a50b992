import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem.ts';
import type { Service } from '../service.ts';
import type { Delivery } from './deliveries.ts';

export interface DeliverOptions {
  service: Service;
  /** Where telemetry goes: the collector, else the service itself. */
  collector: string | undefined;
  now: () => number;
  onDelivered(): void;
}

/** So many at once of what is over; what happens now comes one after the other. */
const together = 24;

/** Sends what is due, and waits for what is to come. */
export async function deliver(list: readonly Delivery[], options: DeliverOptions): Promise<void> {
  const startedAt = options.now();
  const over = list.filter(({ atMs }) => atMs <= startedAt);
  for (let at = 0; at < over.length; at += together) {
    const due = over.slice(at, at + together);
    const telemetry = due.filter(({ to }) => to === 'telemetry');
    const others = due.filter(({ to }) => to !== 'telemetry');
    await Promise.all([inOrder(telemetry, options), ...others.map((one) => send(one, options))]);
  }
  for (const one of list.slice(over.length)) {
    const wait = one.atMs - options.now();
    if (wait > 0) await sleep(wait);
    await send(one, options);
  }
}

/** Loki refuses what is hours older than the newest of its stream, and a night lies between two exports. */
async function inOrder(telemetry: readonly Delivery[], options: DeliverOptions): Promise<void> {
  for (const one of telemetry) await send(one, options);
}

async function send({ to, path, headers, body }: Delivery, { service, collector, onDelivered }: DeliverOptions) {
  const init = {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...headers },
  };
  const answer =
    to === 'telemetry' && collector !== undefined
      ? await toCollector(collector, path, init)
      : await service.ask(path, init);
  if (!answer.ok) throw new Problem(`POST ${path}: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  await answer.arrayBuffer();
  onDelivered();
}

/** Before anything is told: what is told by halves has to be taken away again. */
export async function checkCollector(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await toCollector(url, '/v1/logs', { method: 'POST', headers, body: '{"resourceLogs":[]}' });
  if (!answer.ok) throw new Problem(`${url} answers ${answer.status} to telemetry: is it the collector?`);
}

async function toCollector(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url.replace(/\/+$/, '') + path, { ...init, signal: AbortSignal.timeout(30_000) });
  } catch {
    throw new Problem(
      `No collector at ${url}: is the stack up? Without --stack the service takes the telemetry itself.`,
    );
  }
}
