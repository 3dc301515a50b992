import { expect, it } from 'vitest';
import { costHint, costWords, differenceWords } from './cost-words.ts';

it('never says $0.00 for what nobody knows', () => {
  const known = [
    { costUsd: 4.123 },
    { costUsd: 0.42, estimatedUsd: 0.42 },
    { costUsd: 0.42, estimatedUsd: 0.42, unpriced: 2, requests: 5 },
    { costUsd: 0, requests: 3 },
    { costUsd: 0, requests: 0 },
    { costUsd: 0, unpriced: 3, requests: 3 },
    {},
  ];
  expect(known.map(costWords)).toEqual(['$4.12', '~$0.42', '≥ ~$0.42', '$0.00', '–', '–', '–']);
});

it('says by how much client and table differ, and that a broken answer is no other price', () => {
  const told = { clientVersion: '2.1.197', model: 'claude-opus-5-5', requests: 3, costUsd: 0.42, tableUsd: 0.14 };
  expect([differenceWords(told), differenceWords({ ...told, requests: 1, isolated: true })]).toEqual([
    'client 2.1.197 reckons $0.42, the table says $0.14',
    '1 request asked for again after a broken answer: $0.28 more',
  ]);
});

it('tells the exact sum, what of it is estimated and what is not in it, on hover', () => {
  expect(costHint({ costUsd: 0.5, estimatedUsd: 0.2, unpriced: 1 }).split('\n')).toEqual([
    '$0.50 · 500,000 µ$',
    '$0.20 of it estimated: the transcript’s tokens at list price',
    'without a request of models that have no price',
  ]);
  expect([costHint({}), costHint({ costUsd: 0, unpriced: 1, requests: 1 })]).toEqual([
    'cost not known',
    'no price is known for the model',
  ]);
});
