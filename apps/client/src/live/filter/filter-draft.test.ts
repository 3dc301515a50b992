import { expect, it } from 'vitest';
import { chipsOf, hasEnded, isPreviewable, joined, withoutChip } from './filter-draft.ts';

it('makes a chip of each term, also of one that cannot be read', () => {
  const text = 'app:api  -tool:Bash "exit code" outcome:nope';
  const chips = chipsOf(text);
  expect(chips.map((chip) => [chip.text, chip.error !== undefined])).toEqual([
    ['app:api', false],
    ['-tool:Bash', false],
    ['"exit code"', false],
    ['outcome:nope', true],
  ]);
  const second = chips[1];
  expect(second && withoutChip(text, second)).toBe('app:api "exit code" outcome:nope');
});

it('knows when a term has ended', () => {
  expect(['tool:Bash ', 'tool:Bash', '"exit ', '"exit code" ', ' ', '"a \\" b '].map(hasEnded)).toEqual([
    true,
    false,
    false,
    true,
    false,
    false,
  ]);
});

it('previews words, not half a value', () => {
  expect(['timeout', 'tool:B', 'app:', '"exit'].map(isPreviewable)).toEqual([true, false, false, false]);
});

it('joins what is not empty', () => {
  expect(joined(' app:api ', '', ' x')).toBe('app:api x');
});
