import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInPrices, priceOf } from '@telltale/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
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
