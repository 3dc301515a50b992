import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Amount, minus, noAmount, plus } from './reconciliation/amount.ts';
import {
  comparedWith,
  differencesOf,
  type ReconciliationFacts,
  saidView,
  sumDifferences,
  sumSaid,
} from './reconciliation.ts';
import { type Difference, reconciledSources } from './reconciliation-view.ts';

const amount = (nanos: number, tokens: Partial<Amount['tokens']> = {}, requests?: number): Amount => ({
  nanos,
  tokens: { ...noAmount.tokens, ...tokens },
  ...(requests !== undefined && { requests }),
});
const facts = (said: ReconciliationFacts['said'], more: Partial<ReconciliationFacts> = {}): ReconciliationFacts => ({
  said,
  ...{ unheard: noAmount, inherited: noAmount, untold: noAmount, otherPrices: noAmount, brokenOff: noAmount },
  ...{ unpriced: noAmount, refusals: 0, rounded: 0 },
  ...more,
});
const reasons = (list: readonly Difference[]) => list.map(({ source, reason, costUsd }) => [source, reason, costUsd]);
const stored = ['ledger', 'metric', 'transcript'] as const;
const usage = { input: 200, output: 100 };

describe('why sources differ', () => {
  it('is nothing where all say the same', () => {
    const same = amount(1_000_000, usage);
    expect(
      differencesOf(facts({ ledger: same, metric: same, transcript: same, prometheus: same, loki: same })),
    ).toEqual([]);
  });

  it('is a refused request, where the client told of the refusal, and else perhaps one', () => {
    const [heard, refused] = [amount(21_107_000, usage, 2), amount(9_158_000, { input: 10 }, 1)];
    const all = plus(heard, refused);
    const told = facts({ ledger: heard, metric: { ...all }, transcript: all }, { unheard: refused, refusals: 1 });
    expect(reasons(differencesOf(told, stored))).toEqual([
      ['metric', 'refused', 0.009158],
      ['transcript', 'refused', 0.009158],
    ]);
    expect(differencesOf(told, stored)[0]?.words).toBe(
      'One request refused and asked again; the client counts it and sends no event for it.',
    );
    expect(differencesOf({ ...told, refusals: 0 }, stored).map(({ reason }) => reason)).toEqual(['unheard', 'unheard']);
  });

  it('is an answer that broke off: its tokens are in the metric alone, its money in the event, too', () => {
    const ledger = amount(21_058_000, { input: 265 }, 2);
    const said = {
      ledger,
      metric: amount(21_058_000, { input: 391 }),
      transcript: amount(11_199_000, { input: 265 }, 2),
    };
    const list = differencesOf(facts(said, { brokenOff: amount(-9_859_000) }), stored);
    expect(list.map(({ source, reason, costUsd, tokens }) => [source, reason, costUsd, tokens.input])).toEqual([
      ['metric', 'broken-stream', 0, 126],
      ['transcript', 'broken-stream', -0.009859, 0],
    ]);
  });

  it('is rounding only as far as rounding goes', () => {
    const of = (nanos: number, rounded: number) =>
      differencesOf(facts({ ledger: amount(1_000_000, {}, 2), metric: amount(nanos) }, { rounded }))[0]?.reason;
    expect([of(1_000_030, 0), of(1_000_031, 0), of(1_001_030, 2), of(1_001_031, 2)]).toEqual([
      'rounding',
      'events-missing',
      'rounding',
      'events-missing',
    ]);
    expect(of(999_000, 0)).toBe('points-missing');
  });

  it('is what a back end lacks or has twice', () => {
    const one = amount(5_000_000, usage);
    const list = differencesOf(
      facts({ ledger: one, metric: one, prometheus: amount(4_000_000, { input: 1 }), loki: plus(one, one) }),
    );
    expect(reasons(list)).toEqual([
      ['transcript', 'nothing', -0.005],
      ['prometheus', 'less', -0.001],
      ['loki', 'more', 0.005],
    ]);
    expect(list[2]?.words).toMatch(/sent twice/);
  });

  it('says nothing of a source that is off or does not answer', () => {
    const said = { ledger: amount(5_000_000, usage) };
    expect(reasons(differencesOf(facts(said), stored))).toEqual([
      ['metric', 'nothing', -0.005],
      ['transcript', 'nothing', -0.005],
    ]);
  });
});

describe('for whatever the sources say', () => {
  const nanos = fc.oneof(fc.integer({ min: 0, max: 50_000_000_000 }), fc.constant(1000));
  const count = fc.integer({ min: 0, max: 1_000_000 });
  const amounts = fc
    .record({ nanos, input: count, output: count, cacheRead: count, cacheCreation: count, requests: count })
    .map(({ nanos, requests, ...tokens }): Amount => ({ nanos, tokens, requests }));
  const maybe = fc.option(amounts, { nil: undefined });
  const anyFacts = fc
    .record({ ledger: maybe, metric: maybe, transcript: maybe, client: maybe, prometheus: maybe, loki: maybe })
    .chain((said) =>
      fc.record({
        said: fc.constant(Object.fromEntries(Object.entries(said).filter(([, one]) => one !== undefined))),
        ...{ unheard: amounts, inherited: amounts, untold: amounts, otherPrices: amounts, brokenOff: amounts },
        ...{ unpriced: amounts, refusals: count, rounded: count },
      }),
    );

  it('the parts of a difference add up to it, to the billionth of a dollar and the token', () => {
    fc.assert(
      fc.property(anyFacts, (any: ReconciliationFacts) => {
        const list = differencesOf(any);
        for (const source of reconciledSources) {
          const against = comparedWith[source];
          if (against === undefined || (source === 'client' && !any.said.client)) continue;
          const parts = list
            .filter((one) => one.source === source)
            .map(({ costUsd, tokens }): Amount => ({ nanos: Math.round(costUsd * 1e9), tokens }));
          const { requests: _, ...difference } = minus(any.said[source] ?? noAmount, any.said[against] ?? noAmount);
          expect(parts.reduce((sum, part) => plus(sum, part), noAmount)).toEqual(difference);
        }
      }),
    );
  });

  it('the sum of sessions has the sum of their reasons, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(anyFacts, { maxLength: 6 }), (sessions: ReconciliationFacts[]) => {
        const lists = sessions.map((one) => differencesOf(one));
        const sum = sumDifferences(lists);
        expect(sumDifferences([...lists].reverse())).toEqual(sum);
        const total = (list: readonly Difference[]) =>
          list.reduce((all, { costUsd }) => all + Math.round(costUsd * 1e9), 0);
        expect(total(sum)).toBe(total(lists.flat()));
      }),
    );
  });
});

it('sums what each source says', () => {
  const said = sumSaid([{ ledger: amount(1, usage, 1) }, { ledger: amount(2, usage, 2), metric: amount(5) }]);
  expect(said).toEqual(saidView({ ledger: amount(3, { input: 400, output: 200 }, 3), metric: amount(5) }));
});
