import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePrices } from './pricing/override.ts';
import { priceTable, ratesOf } from './pricing/table.ts';
import { builtInPrices, createPrices, modelId, type PricedUsage, priceOf } from './pricing.ts';

const nothing: PricedUsage = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0 };
const thousand = (kind: Kind): PricedUsage =>
  kind === 'write5m'
    ? { ...nothing, cacheCreation: 1000 }
    : kind === 'write1h'
      ? { ...nothing, cacheCreation: 1000, cacheCreation1h: 1000 }
      : { ...nothing, [kind]: 1000 };

type Kind = (typeof kinds)[number];
const kinds = ['input', 'output', 'cacheRead', 'write5m', 'write1h'] as const;

/** Dollars per million tokens, as the client (2.1.329) charged answers of 1,000 tokens of one kind: in the order of `kinds`. */
const measured: readonly [models: string, normal: readonly number[], fast: readonly number[]][] = [
  ['claude-opus-5-5', [4, 20, 0.2, 5, 8], [8, 40, 0.4, 10, 16]],
  ['claude-opus-5 claude-opus-4-8', [5, 25, 0.5, 6.25, 10], [10, 50, 1, 12.5, 20]],
  ['claude-opus-4-7 claude-opus-4-6', [5, 25, 0.5, 6.25, 10], [30, 150, 3, 37.5, 60]],
  ['claude-opus-4-5-20251101', [5, 25, 0.5, 6.25, 10], [5, 25, 0.5, 6.25, 10]],
  ['claude-sonnet-5-5', [2, 10, 0.1, 2.5, 4], [2, 10, 0.1, 2.5, 4]],
  ['claude-sonnet-5', [2, 10, 0.2, 2.5, 4], [2, 10, 0.2, 2.5, 4]],
  [
    'claude-sonnet-4-6 claude-sonnet-4-5-20250929 claude-sonnet-4-20250514 claude-3-7-sonnet-20250219',
    [3, 15, 0.3, 3.75, 6],
    [3, 15, 0.3, 3.75, 6],
  ],
  ['claude-haiku-5-5', [0.1, 0.5, 0.01, 0.125, 0.2], [0.1, 0.5, 0.01, 0.125, 0.2]],
  ['claude-haiku-4-5-20251001', [1, 5, 0.1, 1.25, 2], [1, 5, 0.1, 1.25, 2]],
  ['claude-3-5-haiku-20241022', [0.8, 4, 0.08, 1, 1.6], [0.8, 4, 0.08, 1, 1.6]],
  ['claude-fable-5 claude-mythos-5', [10, 50, 1, 12.5, 20], [10, 50, 1, 12.5, 20]],
  ['claude-fable-5-1 claude-mythos-5-1', [10, 50, 0.25, 12.5, 20], [10, 50, 0.25, 12.5, 20]],
  ['claude-fable-5-2 claude-mythos-5-2', [8, 40, 0.2, 10, 16], [16, 80, 0.4, 20, 32]],
];

const rows = measured.flatMap(([models, normal, fast]) => models.split(' ').map((model) => ({ model, normal, fast })));

describe.each(rows)('$model', ({ model, normal, fast }) => {
  it.each(kinds.map((kind, index) => ({ kind, normal: normal[index] ?? 0, fast: fast[index] ?? 0 })))(
    'costs $normal dollars a million of $kind, $fast in fast mode',
    ({ kind, ...dollars }) => {
      expect(priceOf(model, thousand(kind))).toEqual({ nanos: Math.round(dollars.normal * 1e6) });
      expect(priceOf(model, { ...thousand(kind), speed: 'normal' })).toEqual(priceOf(model, thousand(kind)));
      expect(priceOf(model, { ...thousand(kind), speed: 'fast' })).toEqual({ nanos: Math.round(dollars.fast * 1e6) });
    },
  );
});

describe('what else decides a price', () => {
  it('is the length of the prompt with haiku 5.5: above 100,000 tokens of any kind everything costs five times as much', () => {
    const long = (over: number) => ({ ...nothing, input: 40_000, cacheRead: 30_000, cacheCreation: 30_000 + over });
    const output = 1000; // is no part of the prompt
    const short = priceOf('claude-haiku-5-5', { ...long(0), output });
    expect(short).toEqual({ nanos: 4_000_000 + 300_000 + 3_750_000 + 500_000 });
    expect(priceOf('claude-haiku-5-5', { ...long(1), output })).toEqual({ nanos: 5 * ((short?.nanos ?? 0) + 125) });
    expect(priceOf('claude-sonnet-5-5', { ...nothing, input: 300_000 })).toEqual({ nanos: 600_000_000 });
  });

  it('are web searches at a cent each, and a tenth more on tokens that must stay in the US', () => {
    const usage = { ...nothing, input: 1000, webSearches: 2 };
    expect(priceOf('claude-opus-5-5', usage)).toEqual({ nanos: 24_000_000 });
    expect(priceOf('claude-opus-5-5', { ...usage, geo: 'us' })).toEqual({ nanos: 24_400_000 });
    for (const geo of ['', 'global', 'not_available', 'constructor'])
      expect(priceOf('claude-opus-5-5', { ...usage, geo })).toEqual({ nanos: 24_000_000 });
  });

  it('is nothing where the table has no price: neither zero nor the price of a default', () => {
    for (const model of [
      'some-unknown-model',
      'claude-mythos-preview',
      'claude-opus-9',
      'constructor',
      '',
      '<synthetic>',
    ])
      expect(priceOf(model, { ...nothing, input: 1000 })).toBeUndefined();
  });
});

it('knows a model by every name that providers give it', () => {
  const names = {
    'claude-sonnet-4-5': [
      'claude-sonnet-4-5-20250929',
      'claude-sonnet-4-5[1m]',
      'claude-sonnet-4-5-20250929[1m]',
      'claude-sonnet-4-5-latest',
      'claude-sonnet-4-5@20250929',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'anthropic.claude-sonnet-4-5-20250929-v1:0',
      'global.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]',
      'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'anthropic/claude-sonnet-4-5',
      'Claude-Sonnet-4-5',
    ],
    'claude-opus-4-6': ['us.anthropic.claude-opus-4-6-v1', 'eu.anthropic.claude-opus-4-6-v1:0:200k'],
    'claude-3-5-sonnet': ['claude-3-5-sonnet-v2@20241022', 'anthropic.claude-3-5-sonnet-20241022-v2:0'],
    'claude-opus-5-5': ['claude-opus-5-5', ' claude-opus-5-5 '],
    'deepseek-v3': ['deepseek-v3', 'deepseek/deepseek-v3'],
  };
  for (const [id, spelled] of Object.entries(names)) for (const name of spelled) expect(modelId(name)).toBe(id);
});

it('spells every model of the table as names are read', () => {
  for (const { model } of priceTable) expect(modelId(model)).toBe(model);
  expect(new Set(priceTable.map(({ model, from }) => `${model} ${from}`)).size).toBe(priceTable.length);
});

describe('prices of every request', () => {
  const count = fc.integer({ min: 0, max: 2_000_000 });
  const usages = fc
    .record({
      input: count,
      output: count,
      cacheRead: count,
      cacheCreation: count,
      share: fc.float({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ share, ...usage }) => ({ ...usage, cacheCreation1h: Math.floor(usage.cacheCreation * share) }));
  const models = fc.constantFrom(...priceTable.map(({ model }) => model));
  const speeds = fc.constantFrom('normal', 'fast', undefined);
  const geos = fc.constantFrom('us', '', undefined);

  it('are whole billionths of a dollar, never below zero, and never less for more tokens', () => {
    fc.assert(
      fc.property(
        models,
        usages,
        speeds,
        geos,
        fc.constantFrom('input', 'output', 'cacheRead', 'cacheCreation'),
        (model, usage, speed, geo, kind) => {
          const nanos = priceOf(model, { ...usage, speed, geo })?.nanos ?? -1;
          const more = priceOf(model, { ...usage, [kind]: usage[kind as 'input'] + 1, speed, geo })?.nanos ?? -1;
          expect(Number.isSafeInteger(nanos) && nanos >= 0 && more >= nanos).toBe(true);
        },
      ),
    );
  });

  it('add up from the kinds of tokens, where neither geography nor length has a say', () => {
    fc.assert(
      fc.property(
        models.filter((model) => model !== 'claude-haiku-5-5'),
        usages,
        speeds,
        (model, usage, speed) => {
          const parts: PricedUsage[] = [
            { ...nothing, input: usage.input },
            { ...nothing, output: usage.output },
            { ...nothing, cacheRead: usage.cacheRead },
            { ...nothing, cacheCreation: usage.cacheCreation, cacheCreation1h: usage.cacheCreation1h },
          ];
          const sum = parts.reduce(
            (nanos, part) => nanos + (priceOf(model, { ...part, speed })?.nanos ?? Number.NaN),
            0,
          );
          expect(priceOf(model, { ...usage, speed })).toEqual({ nanos: sum });
        },
      ),
    );
  });
});

describe('prices of one’s own', () => {
  const usage = { ...nothing, input: 1000, cacheCreation: 1000 };
  const own = (text: string) => {
    const parsed = parsePrices(text);
    if ('rejected' in parsed) throw new Error(parsed.rejected);
    return createPrices(parsed);
  };

  it('replace those of the table, by any name of the model, and add models that it lacks', () => {
    const prices = own(`{"models": {
      "claude-opus-5-5-20261001": {"input": 1, "output": 2, "cacheRead": 0.1},
      "llama": {"input": 0, "output": 0, "cacheRead": 0}
    }}`);
    expect(priceOf('claude-opus-5-5[1m]', usage, { prices })).toEqual({ nanos: 2_250_000 });
    expect(priceOf('claude-opus-5-5', { ...usage, speed: 'fast' }, { prices })).toEqual({ nanos: 2_250_000 });
    expect(priceOf('llama', usage, { prices })).toEqual({ nanos: 0 });
    expect(priceOf('claude-haiku-4-5', usage, { prices })).toEqual(priceOf('claude-haiku-4-5', usage));
    expect(priceOf('llama', usage)).toBeUndefined();
  });

  it('hold from their day on (UTC), and what was before keeps its price', () => {
    const prices = own(`{"models": {"claude-sonnet-5": [
      {"from": "2026-12-01", "input": 3, "output": 15, "cacheRead": 0.3},
      {"from": "2027-01-01", "input": 4, "output": 15, "cacheRead": 0.3, "write5m": 4}
    ]}}`);
    const at = (time: string) => priceOf('claude-sonnet-5', usage, { prices, at: time })?.nanos;
    expect(at('2026-11-30T23:59:59.999Z')).toBe(priceOf('claude-sonnet-5', usage)?.nanos);
    expect(at('2026-12-01T00:00:00.000Z')).toBe(6_750_000);
    expect(at('2027-01-01T00:00:00.000Z')).toBe(8_000_000);
    expect(priceOf('claude-sonnet-5', usage, { prices })?.nanos).toBe(8_000_000);
  });

  it('leave a request unpriced that is older than the first price of its model', () => {
    const prices = own('{"models": {"new-model": {"from": "2026-12-01", "input": 3, "output": 15, "cacheRead": 0.3}}}');
    expect(priceOf('new-model', usage, { prices, at: '2026-11-30T12:00:00.000Z' })).toBeUndefined();
  });

  it('may have a fast mode and a price for long prompts', () => {
    const prices = own(`{"models": {"m": {"input": 1, "output": 1, "cacheRead": 1,
      "fast": {"input": 2, "output": 2, "cacheRead": 2},
      "long": {"promptTokens": 5000, "input": 3, "output": 3, "cacheRead": 3}}}}`);
    expect(priceOf('m', { ...nothing, input: 1000, speed: 'fast' }, { prices })).toEqual({ nanos: 2_000_000 });
    expect(priceOf('m', { ...nothing, input: 6000 }, { prices })).toEqual({ nanos: 18_000_000 });
  });

  it.each([
    ['{', /^it is no JSON: /],
    ['[]', /^the whole: expected object, received array, got \[\]$/],
    ['{"model": {}}', /^models: expected record, received undefined$/],
    ['{"models": {}, "modles": {}}', /^the whole: Unrecognized key: "modles"$/],
    [
      '{"models": {"m": {"input": "4", "output": 1, "cacheRead": 1}}}',
      /^models\.m\.input: expected number, received string, got "4"$/,
    ],
    ['{"models": {"m": {"input": -1, "output": 1, "cacheRead": 1}}}', /^models\.m\.input: Too small: .*>=0, got -1$/],
    ['{"models": {"m": {"input": 4, "output": 1}}}', /^models\.m\.cacheRead: expected number, received undefined$/],
    [
      '{"models": {"m": {"input": 4, "output": 1, "cacheRead": 1, "cachRead": 1}}}',
      /^models\.m: Unrecognized key: "cachRead"$/,
    ],
    [
      '{"models": {"m": {"input": 4, "output": 1, "cacheRead": 1, "from": "1.12.26"}}}',
      /^models\.m\.from: must be a day such as 2026-11-01, got "1\.12\.26"$/,
    ],
    [
      '{"models": {"m": [{"input": 4, "output": 1, "cacheRead": 1}, {"input": 4, "output": 1, "cacheRead": null}]}}',
      /^models\.m\.1\.cacheRead: expected number, received null, got null$/,
    ],
    [
      '{"models": {"m": [{"input": 4, "output": 1, "cacheRead": 1}, {"input": 5, "output": 1, "cacheRead": 1}]}}',
      /^models\.m: two prices from the beginning$/,
    ],
  ])('say in one line what is wrong with %s', (text, complaint) => {
    expect(parsePrices(text)).toEqual({ rejected: expect.stringMatching(complaint) });
  });
});

it('builds in what it builds without prices of one’s own', () => {
  expect(createPrices()).toEqual(builtInPrices);
  expect(ratesOf(4, 20, 0.2)).toEqual({ input: 4, output: 20, cacheRead: 0.2, write5m: 5, write1h: 8 });
});
