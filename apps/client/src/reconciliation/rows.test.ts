import { expect, it } from 'vitest';
import { cellsOf, differenceWords, exactUsd, priceWords } from './rows.ts';

const tokens = { input: 118, output: 58, cacheRead: 2018, cacheCreation: 1518 };
const none = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0 };

it('shows money to the millionth, and what is smaller where there is any', () => {
  expect([0, 0.0096256, 0.052868, 1234.5, 0.000000001].map(exactUsd)).toEqual([
    '$0.000000',
    '$0.0096256',
    '$0.052868',
    '$1,234.500000',
    '$0.000000001',
  ]);
});

it('says a difference with its sign, in dollars and tokens', () => {
  expect(differenceWords({ costUsd: 0.009158, tokens })).toBe('+$0.009158 · +3,712 tokens');
  expect(differenceWords({ costUsd: -0.5, tokens: none })).toBe('−$0.500000');
  expect(differenceWords({ costUsd: 0, tokens: { ...none, input: 1 } })).toBe('+1 token');
  expect(differenceWords({ costUsd: 0, tokens: none })).toBe('±0');
});

it('has a cell for each source, one that says nothing with a dash', () => {
  const said = { ledger: { costUsd: 0.0096256, tokens, requests: 1 } };
  const nothing = {
    source: 'metric',
    against: 'ledger',
    reason: 'nothing',
    costUsd: -0.0096256,
    tokens,
    words: '',
  } as const;
  expect(cellsOf(said, [nothing], ['ledger', 'metric'])).toEqual([
    {
      source: 'ledger',
      text: '$0.0096256',
      tokens: '1 request: 118 input, 58 output, 2,018 read from cache, 1,518 written to it',
      agrees: true,
    },
    { source: 'metric', text: '–', tokens: '', agrees: false },
  ]);
});

it('calls what has no price so, and one source alone no difference', () => {
  const alone = { source: 'transcript', against: 'ledger', reason: 'alone', costUsd: 0, tokens, words: '' } as const;
  const [cell] = cellsOf({ transcript: { costUsd: 0, tokens } }, [alone], ['transcript']);
  expect(cell).toMatchObject({ text: 'no price', agrees: true });
});

it('says which version reckons with other prices, and what is no price at all', () => {
  const one = { clientVersion: '2.1.197', model: 'claude-opus-5-5', requests: 2, costUsd: 0.015, tableUsd: 0.012 };
  expect(priceWords(one)).toBe(
    'Claude Code 2.1.197 reckons 2 requests of claude-opus-5-5 at $0.015000, the table $0.012000 (+$0.003000).',
  );
  expect(priceWords({ ...one, isolated: true })).toMatch(/: answers that broke off and were asked for again\.$/);
});
