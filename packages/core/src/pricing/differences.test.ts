import { describe, expect, it } from 'vitest';
import { isIsolated, priceDifferences, type ReckonedRequest } from './differences.ts';

const request = (clientVersion: string, costNanos: number, tableNanos?: number): ReckonedRequest => ({
  ...{ clientVersion, model: 'claude-opus-5-5', costNanos },
  ...(tableNanos !== undefined && { tableNanos }),
});

describe('where client and table differ', () => {
  it('is told per client version and model, the largest first', () => {
    // 2.1.197 does not know claude-opus-5-5 and reckons 5 dollars a million; the table says 4.
    const old = [request('2.1.197', 5_000_000, 4_000_000), request('2.1.197', 10_000_000, 8_000_000)];
    const sonnet = { ...request('2.1.197', 3_000_000, 2_000_000), model: 'claude-sonnet-5' };
    expect(priceDifferences([sonnet, ...old, request('2.1.329', 4_000_000, 4_000_000)])).toEqual([
      { clientVersion: '2.1.197', model: 'claude-opus-5-5', requests: 2, costUsd: 0.015, tableUsd: 0.012 },
      { clientVersion: '2.1.197', model: 'claude-sonnet-5', requests: 1, costUsd: 0.003, tableUsd: 0.002 },
    ]);
  });

  it('is not a rounded millionth, nor a model that the table has no price for', () => {
    expect(priceDifferences([request('2.1.197', 1000, 1500), request('2.1.197', 5000)])).toEqual([]);
  });

  it('is marked where it is a few requests of a version only: answers that broke off', () => {
    const same = request('2.1.329', 4_000_000, 4_000_000);
    const broken = request('2.1.329', 7_000_000, 4_000_000);
    expect(priceDifferences([same, broken, same])).toMatchObject([{ requests: 1, isolated: true }]);
    expect(priceDifferences([same, broken])).toMatchObject([{ requests: 1 }]);
    expect(priceDifferences([same, broken])[0]).not.toHaveProperty('isolated');
  });
});

it('is a broken answer also where it is the only request, if the metric tells of one', () => {
  const group = { model: 'claude-opus-5-5', requests: 1, differing: 1, costNanos: 7, tableNanos: 4 };
  expect([isIsolated(group), isIsolated({ ...group, broken: 1 })]).toEqual([false, true]);
});
