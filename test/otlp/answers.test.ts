import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { serviceFor } from '../running-service.ts';
import { root, type Service } from '../service.ts';
import type { Signal } from '../stack/payloads.ts';

/** A client that exits has two seconds for its spans, events and metrics, one after the other. */
const longestAnswerMs = 500;
const rounds = 200;
const clients = 2;

const running = serviceFor('tests');

it('an export is answered in less than half a second, on disk, while hooks come in, too', async () => {
  const service = running.current;
  let records = 0;
  const measured = async (name: string) => {
    const each = await Promise.all(
      Array.from({ length: clients }, (_, client) => exportAll(service, `${name}${client}`, rounds / clients)),
    );
    records += each.reduce((sum, one) => sum + one.records, 0);
    return each.flatMap((one) => one.answersMs);
  };
  await measured('0'); // warm
  const hooks = sendHooks(service);
  let answersMs = await measured('1');
  // Somebody else may have taken the machine for a moment; twice in a row it is the service.
  if (slowest(answersMs) >= longestAnswerMs) answersMs = await measured('2');
  const sent = await hooks.stop();

  expect(answersMs).toHaveLength(rounds * 3);
  expect(slowest(answersMs)).toBeLessThan(longestAnswerMs);
  const held = await service.events();
  expect(held.filter(({ source }) => source === 'otel')).toHaveLength(records);
  expect(held.filter(({ source }) => source === 'hook')).toHaveLength(sent);
  expect(sent).toBeGreaterThan(100);
});

/** The 99th of a hundred. */
function slowest(answersMs: readonly number[]): number {
  const sorted = [...answersMs].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY;
}

const recorded: [Signal, string[]][] = [
  ['traces', bodiesOf('hello-traces')],
  ['logs', bodiesOf('multi-turn-logs')],
  ['metrics', bodiesOf('tools-metrics')],
];

/** What a client sends when it exits, as it was recorded, of another session each time. */
async function exportAll(service: Service, name: string, times: number) {
  const answersMs: number[] = [];
  let records = 0;
  for (let round = 0; round < times; round++) {
    for (const [signal, bodies] of recorded) {
      const body = ofAnotherSession(bodies[round % bodies.length] ?? '', `${name}-${round}`);
      const startedAt = performance.now();
      await post(`${service.url}/v1/${signal}`, body);
      answersMs.push(performance.now() - startedAt);
      if (signal === 'logs') records += body.split('"observedTimeUnixNano"').length - 1;
    }
  }
  return { answersMs, records };
}

function sendHooks(service: Service): { stop(): Promise<number> } {
  let isGoingOn = true;
  let sent = 0;
  const all = Promise.all(
    Array.from({ length: 3 }, async () => {
      while (isGoingOn) {
        const session_id = `hooked-${sent++ % 20}`;
        const tool = { tool_name: 'Bash', tool_use_id: `call-${sent}`, tool_input: { command: 'x'.repeat(700) } };
        await post(
          `${service.url}/ingest/hook`,
          JSON.stringify({ session_id, hook_event_name: 'PreToolUse', ...tool }),
        );
        await sleep(5);
      }
    }),
  );
  return {
    async stop() {
      isGoingOn = false;
      await all;
      return sent;
    },
  };
}

async function post(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

function bodiesOf(name: string): string[] {
  const lines = readFileSync(join(root, `packages/core/fixtures/otlp/${name}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.stringify((JSON.parse(line) as { body: unknown }).body));
}

/** With times of now: what is older than a service keeps is only acknowledged. */
function ofAnotherSession(body: string, name: string): string {
  const now = BigInt(Date.now()) * 1_000_000n;
  const [first = '0'] = /\d{19}/.exec(body) ?? [];
  return body
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}-4)/g, (_, rest: string) => `${name}${rest}`)
    .replaceAll(/"\d{19}"/g, (time) => `"${BigInt(time.slice(1, -1)) - BigInt(first) + now}"`);
}
