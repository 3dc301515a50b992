import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInPrices, priceOf, type Session, type SessionCost } from '@telltale/core';
import type { Analysis } from '@telltale/core/analysis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestService, testService, until } from '../fixtures/test-service.ts';
import { ConfigError, readConfig } from './config.ts';
import { readPrices } from './prices.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'telltale-prices-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const read = (env: Record<string, string> = {}) => readPrices(readConfig({ TELLTALE_HOME: home, ...env }));
const own = '{"models": {"claude-opus-5-5": {"input": 1, "output": 1, "cacheRead": 1}}}';
const usage = { input: 1000, output: 0, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 };
const costNanos = (env?: Record<string, string>) => priceOf('claude-opus-5-5', usage, { prices: read(env) })?.nanos;

it('takes the built-in table where no other prices are', () => {
  expect(read()).toEqual(builtInPrices);
});

it('takes prices.json of the home folder, a named file instead, or the variable itself', () => {
  writeFileSync(join(home, 'prices.json'), own);
  expect(costNanos()).toBe(1_000_000);
  writeFileSync(join(home, 'others.json'), own.replace('"input": 1', '"input": 2'));
  expect(costNanos({ TELLTALE_PRICES: join(home, 'others.json') })).toBe(2_000_000);
  expect(costNanos({ TELLTALE_PRICES: own.replace('"input": 1', '"input": 3') })).toBe(3_000_000);
});

it('stops the start with a sentence about what is wrong', () => {
  const file = join(home, 'prices.json');
  expect(() => read({ TELLTALE_PRICES: file })).toThrow(/^the prices in .*prices\.json cannot be read: ENOENT/);
  writeFileSync(file, '{"models": {"m": {"input": "4"}}}');
  expect(() => read()).toThrow(
    new ConfigError(`${file} cannot be used: models.m.input: expected number, received string, got "4"`),
  );
  expect(() => read({ TELLTALE_PRICES: '{"models": ' })).toThrow(/^TELLTALE_PRICES cannot be used: it is no JSON/);
  expect(() => read({ TELLTALE_PRICES: 'prices.json' })).toThrow(
    'TELLTALE_PRICES must be an absolute path, got "prices.json"',
  );
});

it('reckons what was estimated anew after a restart with other prices, and with none of one’s own again', async () => {
  const row = {
    ...{ type: 'assistant', uuid: 'u-1', sessionId: 's-1', requestId: 'req-1', timestamp: '2026-11-21T09:00:00.000Z' },
    message: { model: 'claude-opus-5-5', usage: { input_tokens: 1_000_000, output_tokens: 0 } },
  };
  const service = await testService({ home });
  const road = '/ingest/transcript?session=s-1&offset=0&head=1-2';
  expect((await service.post(road, `${JSON.stringify(row)}\n`)).status).toBe(204);
  const costOf = async (started: TestService) => {
    const { costUsd } = (await (await started.get('/api/sessions/s-1')).json()) as Session;
    return costUsd;
  };
  const builtIn = await until(async () => {
    const cost = await costOf(service);
    expect(cost).toBeGreaterThan(0);
    return cost;
  });
  await service.close(1000);
  for (const [prices, usd] of [
    [own, 1],
    [own.replace('"input": 1', '"input": 2.5'), 2.5],
    [undefined, builtIn],
  ] as const) {
    const started = await testService({ home, ...(prices && { env: { TELLTALE_PRICES: prices } }) });
    await until(async () => expect(await costOf(started)).toBe(usd));
    await started.close(1000);
  }
});

it('tells how full the context of a model is whose window somebody named, and of no other, also after a restart', async () => {
  const row = {
    ...{ type: 'assistant', uuid: 'u-1', sessionId: 's-1', requestId: 'req-1', timestamp: '2026-11-21T09:00:00.000Z' },
    message: { model: 'my-model', usage: { input_tokens: 50_000, output_tokens: 10 } },
  };
  const told = async (service: TestService) => {
    const json = async (path: string) => (await service.get(path)).json();
    const { lastRequest } = (await json('/api/sessions/s-1')) as Session;
    const { requests } = (await json('/api/sessions/s-1/cost')) as SessionCost;
    const { total } = (await json('/api/analysis/context?from=0')) as Analysis;
    return [lastRequest?.contextTokens, lastRequest?.windowTokens, requests[0]?.windowTokens, total.share];
  };
  const first = await testService({ home });
  const road = '/ingest/transcript?session=s-1&offset=0&head=1-2';
  expect((await first.post(road, `${JSON.stringify(row)}\n`)).status).toBe(204);
  await until(async () => expect(await told(first)).toEqual([50_000, undefined, undefined, undefined]));
  await first.close(1000);
  const named = '{"models": {"my-model": {"input": 1, "output": 1, "cacheRead": 1, "window": 200000}}}';
  for (const [prices, window, share] of [
    [named, 200_000, 0.25],
    [undefined, undefined, undefined],
  ] as const) {
    const started = await testService({ home, ...(prices && { env: { TELLTALE_PRICES: prices } }) });
    await until(async () => expect(await told(started)).toEqual([50_000, window, window, share]));
    await started.close(1000);
  }
});
