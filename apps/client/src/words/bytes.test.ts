import { expect, it } from 'vitest';
import { bytesInWords } from './bytes.ts';

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1234, '1.2 kB'],
  [12_345, '12 kB'],
  [999_600, '1.0 MB'],
  [3_400_000_000, '3.4 GB'],
])('tells %i bytes in words', (bytes, words) => expect(bytesInWords(bytes)).toBe(words));
