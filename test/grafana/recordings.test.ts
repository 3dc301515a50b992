import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboards } from '@telltale/observability/grafana/files.ts';
import { type PlacedQuery, queriesOf } from '@telltale/observability/grafana/queries-in.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { root } from '../service.ts';
import { recordsIn } from '../stack/otlp.ts';
import { send } from '../stack/payloads.ts';
import { createStack, type Stack } from '../stack/stack.ts';
import { waitFor } from '../wait.ts';
import { ask } from './ask.ts';

/** What the real client sent: MCP, resumed and continued sessions, permissions asked for; without a project. */
const recordings = ['mcp', 'multi-turn', 'interactive'];
const hour = 3_600_000;
const queries = Object.entries(dashboards).flatMap(([name, dashboard]) => queriesOf(name, dashboard));

describe.skipIf(!(await requiresStack()))('dashboards on what the real client sent', () => {
  let stack: Stack;
  let costUsd = 0;
  let tokens = 0;

  beforeAll(async () => {
    stack = await createStack({ start: ['collector', 'prometheus', 'loki'] });
    const bodies = recordings.flatMap((name) => [
      ...linesOf(join(root, `packages/core/fixtures/otlp/${name}-logs.ndjson`), 'logs'),
      ...linesOf(join(root, `test/grafana/fixtures/${name}-metrics.ndjson`), 'metrics'),
    ]);
    bodies.sort((a, b) => a.at - b.at);
    const shift = Date.now() - 60_000 - (bodies.at(-1)?.at ?? 0);
    for (const { signal, body } of bodies) {
      expect(await send(stack.otlp, signal, moved(body, BigInt(shift) * 1_000_000n) as object)).toBe(200);
      if (signal !== 'logs') continue;
      for (const { name, attributes } of recordsIn(JSON.stringify(body))) {
        if (name !== 'api_request') continue;
        costUsd += Number(attributes.cost_usd);
        for (const kind of ['input', 'output', 'cache_read', 'cache_creation'])
          tokens += Number(attributes[`${kind}_tokens`]);
      }
    }
    await waitFor(
      'everything in Prometheus and Loki',
      async () => {
        const shown = [await total('overview: What did it cost?'), await total(bothWays, 'loki')];
        return shown.every((value) => value > costUsd - 1e-9);
      },
      120_000,
    );
  }, 300_000);
  afterAll(() => stack?.stop());

  it('metrics and events tell the same money and tokens, which is what the client computed', async () => {
    expect(costUsd).toBeGreaterThan(0.05);
    expect(await total(bothWays)).toBeCloseTo(costUsd, 9);
    expect(await total(bothWays, 'loki')).toBeCloseTo(costUsd, 9);
    expect(await total(bothWays.replace('money', 'tokens'))).toBe(tokens);
    expect(await total(bothWays.replace('money', 'tokens'), 'loki')).toBe(tokens);
  });

  it('its project is "unlabelled" where nobody named one', async () => {
    const shown = await ask(stack, queryAt('cost: Which projects cost the most?'), lately());
    expect(shown.map(({ labels }) => labels)).toEqual([{ project: 'unlabelled' }]);
    expect(shown[0]?.value).toBeCloseTo(costUsd, 9);
  });

  it('MCP tools, permission decisions and client versions have their names', async () => {
    const labels = async (place: string) =>
      (await ask(stack, queryAt(place, 'loki'), lately())).map(({ labels }) => labels);
    expect(await labels('extensions: Which MCP tools were called?')).toEqual([{ tool: 'lab add' }]);
    expect(await labels('team: Which versions of the client are in use?')).toEqual([{ service_version: '2.1.329' }]);
    expect(await labels('tools: Who decided about tool calls?')).toEqual(
      expect.arrayContaining([
        { decision: 'accept', source: 'user_temporary' },
        { decision: 'reject', source: 'user_reject' },
      ]),
    );
  });

  const bothWays = 'pipeline: Do metrics and events agree on the money?';

  async function total(place: string, language = 'prometheus'): Promise<number> {
    return (await ask(stack, queryAt(place, language), lately())).reduce((sum, { value }) => sum + value, 0);
  }
});

const lately = () => ({ fromMs: Date.now() - hour, toMs: Date.now(), intervalS: 60 });

interface Recorded {
  at: number;
  signal: 'logs' | 'metrics';
  body: unknown;
}

function linesOf(file: string, signal: Recorded['signal']): Recorded[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => ({ signal, ...(JSON.parse(line) as { at: number; body: unknown }) }));
}

/** The same at another time. */
function moved(value: unknown, nanoseconds: bigint): unknown {
  if (Array.isArray(value)) return value.map((one) => moved(one, nanoseconds));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key.endsWith('UnixNano') ? String(BigInt(one as string) + nanoseconds) : moved(one, nanoseconds),
    ]),
  );
}

function queryAt(place: string, language = 'prometheus'): PlacedQuery {
  const found = queries.find((query) => query.place.startsWith(`${place} (`) && query.language === language);
  if (!found) throw new Error(`no dashboard asks ${place}`);
  return found;
}
