import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ageWords,
  countWords,
  durationWords,
  exactMoney,
  firstLine,
  moneyWords,
  oneLine,
  plural,
  quoted,
  saidLine,
  shareWords,
  sizeWords,
} from './words.ts';

describe('words for numbers', () => {
  it.each([
    [0, '0 ms'],
    [12.4, '12 ms'],
    [999.4, '999 ms'],
    [3_200, '3.2 s'],
    [9_960, '10 s'],
    [42_000, '42 s'],
    [59_600, '1 m'],
    [250_000, '4 m 10 s'],
    [724_000, '12 m 4 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 m'],
    [86_400_000, '1 d'],
    [273_600_000, '3 d 4 h'],
  ])('duration %d', (ms, words) => {
    expect(durationWords(ms)).toBe(words);
  });

  it('never says 60 of a unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4e9, noNaN: true }), (ms) => {
        expect(durationWords(ms)).not.toMatch(/\b(?:1000 ms|60 s|60 m|24 h)\b/);
      }),
    );
  });

  it.each([
    [41_999, '41 s'],
    [60_000, '1 m'],
    [250_000, '4 m'],
    [7_500_000, '2 h'],
    [300_000_000, '3 d'],
    [-5, '0 s'],
  ])('age %d', (ms, words) => {
    expect(ageWords(ms)).toBe(words);
  });

  it.each([
    [0, '0 B'],
    [900, '900 B'],
    [1_300, '1.3 kB'],
    [1_300_000, '1.3 MB'],
    [126_000_000, '126 MB'],
    [999_999, '1.0 MB'],
  ])('size %d', (bytes, words) => {
    expect(sizeWords(bytes)).toBe(words);
  });

  it.each([
    [940, '940'],
    [1_300, '1.3 k'],
    [126_400, '126 k'],
    [2_100_000, '2.1 M'],
  ])('count %d', (count, words) => {
    expect(countWords(count)).toBe(words);
  });

  it.each([
    [undefined, '–'],
    [0, '$0.00'],
    [0.00005, '<$0.0001'],
    [0.0042, '$0.0042'],
    [0.00423, '$0.0042'],
    [0.0999, '$0.10'],
    [0.42, '$0.42'],
    [0.999, '$1.00'],
    [4.123, '$4.12'],
    [1234.5, '$1,234.50'],
    [12_345_678, '$12,345,678.00'],
    [-0.5, '−$0.50'],
  ])('money %d', (usd, words) => {
    expect(moneyWords(usd)).toBe(words);
  });

  it('marks estimated money, but not unknown money', () => {
    expect(moneyWords(0.42, true)).toBe('~$0.42');
    expect(moneyWords(undefined, true)).toBe('–');
  });

  it('tells money to the billionth of a dollar where it is asked for exactly', () => {
    expect([0.0109688, 4.5, 0, -0.25].map(exactMoney)).toEqual([
      '$0.0109688 · 10,968.8 µ$',
      '$4.50 · 4,500,000 µ$',
      '$0.00 · 0 µ$',
      '−$0.25 · −250,000 µ$',
    ]);
  });

  it('never rounds a share to nothing or to everything', () => {
    expect([0, 0.001, 0.634, 0.999, 1, 1.2].map(shareWords)).toEqual(['0 %', '<1 %', '63 %', '99 %', '100 %', '120 %']);
  });

  it('counts things', () => {
    expect([plural(1, 'file'), plural(31, 'file'), plural(2, 'entry', 'entries')]).toEqual([
      '1 file',
      '31 files',
      '2 entries',
    ]);
  });
});

const halfCharacter = /[\ud800-\udbff](?![\udc00-\udfff])/;

describe('one line', () => {
  it('folds white space and says where it was cut', () => {
    expect(oneLine(' a\n\tb  c ')).toBe('a b c');
    expect(oneLine('abcdef', 4)).toBe('abc…');
    expect(quoted('say\nwhat')).toBe('“say what”');
    expect(firstLine('\n\n one \ntwo')).toBe('one');
    expect(firstLine('  \n')).toBe('');
  });

  it('leaves out colours and other orders to a terminal', () => {
    expect(oneLine('\u001b[31mFAIL\u001b[39m src/a.test.ts')).toBe('FAIL src/a.test.ts');
    expect(oneLine('\u001b]8;;https://example.com\u0007link\u001b]8;;\u0007')).toBe('link');
    expect(firstLine('\u001b[1;32m\n✓ 3 passed\u001b[0m')).toBe('✓ 3 passed');
  });

  it('is never longer than allowed and never cuts a character in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), fc.integer({ min: 2, max: 100 }), (text, max) => {
        const line = oneLine(text, max);
        expect(line.length).toBeLessThanOrEqual(max + 1);
        expect(line).not.toMatch(/[\n\r\t]/);
        if (!halfCharacter.test(text)) expect(line).not.toMatch(halfCharacter);
      }),
    );
  });
});

describe('what an agent said, in a line', () => {
  it.each([
    [
      'Fixed. `restore()` waits for **all** of [the guide](https://example.com).',
      'Fixed. restore() waits for all of the guide.',
    ],
    ['\n\n## Done\n\n- one', 'Done'],
    ['- > first', 'first'],
    ['2 * 3 ** 4 is `open', '2 * 3 ** 4 is `open'],
    [`${'a'.repeat(150)} **bold words**`, `${'a'.repeat(150)} bold wor…`],
  ])('%j', (markdown, line) => {
    expect(saidLine(markdown)).toBe(line);
  });
});
