import { expect, it } from 'vitest';
import { atSeq, withFresh } from './by-seq.ts';

const of = (...seqs: number[]) => seqs.map((seq) => ({ seq }));

it('puts what is new in its place and keeps what is known once', () => {
  expect(withFresh(of(2, 4, 6), of(7, 8))).toEqual(of(2, 4, 6, 7, 8));
  expect(withFresh(of(2, 4, 6), of(5, 4, 1, 9, 5))).toEqual(of(1, 2, 4, 5, 6, 9));
  expect(withFresh([], of(3, 1))).toEqual(of(1, 3));
});

it('hands out the same list where nothing is new, and never changes the one it was given', () => {
  const list = Object.freeze(of(2, 4));
  expect(withFresh(list, of(4, 2))).toBe(list);
  expect(withFresh(list, of(3))).not.toBe(list);
});

it('finds one by its seq', () => {
  const list = of(2, 4, 6);
  expect([1, 2, 4, 5, 6, 7].map((seq) => atSeq(list, seq)?.seq)).toEqual([undefined, 2, 4, undefined, 6, undefined]);
});
