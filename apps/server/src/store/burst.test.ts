import { expect, it } from 'vitest';
import { type FreshLook, isBurst } from './burst.ts';

/** A look each second while so many events come in it; `settled` are those that no longer wait. */
function looks(perSecond: readonly number[], settled = 0): FreshLook[] {
  let newestSeq = 0;
  return [0, ...perSecond].map((came, second) => {
    newestSeq += came;
    return { newestSeq, oldestSeq: settled + 1, at: 1000 * second };
  });
}

function putOff(perSecond: readonly number[], settled?: number): boolean[] {
  const seen = looks(perSecond, settled);
  return seen.slice(1).map((look, index) => isBurst(seen[index] as FreshLook, look));
}

it('puts settling off while events come fast, and does it once they come calmly', () => {
  expect(putOff([2000, 2000, 501, 500, 0])).toEqual([true, true, true, false, false]);
});

it('judges by the rate, however long ago the last look was', () => {
  const before = { newestSeq: 10, oldestSeq: 1, at: 5000 };
  expect(isBurst(before, { newestSeq: 110, oldestSeq: 1, at: 5100 })).toBe(true);
  expect(isBurst(before, { newestSeq: 110, oldestSeq: 1, at: 15_000 })).toBe(false);
});

it('settles even in a burst once so many events wait that reading them would get slow', () => {
  expect(putOff([20_000, 20_000, 10_000, 1000])).toEqual([true, true, true, false]);
  // Those that were settled do not count.
  expect(putOff([20_000, 20_000, 10_000, 1000], 15_000)).toEqual([true, true, true, true]);
});

it('is calm where nothing has come yet, or between two looks at one moment', () => {
  const nothing = { newestSeq: 0, oldestSeq: 0, at: 100 };
  expect(isBurst(nothing, nothing)).toBe(false);
});
