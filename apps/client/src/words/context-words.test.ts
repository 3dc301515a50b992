import { expect, it } from 'vitest';
import { contextHint } from './context-words.ts';

const at = '2026-11-21T10:00:00.000Z';
const now = Date.parse(at) + 12_000;

it('says how much the context holds, of what, and who says so', () => {
  expect(contextHint({ tokens: 126_000, windowTokens: 200_000, share: 0.63, isExact: true, at }, now)).toBe(
    '126 k of 200 k tokens, as its status line told 12 s ago',
  );
  expect(contextHint({ tokens: 126_000, isExact: false, at }, now + 240_000)).toBe(
    '126 k tokens, reckoned from its request 4 m ago',
  );
});
