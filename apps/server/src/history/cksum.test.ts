import { expect, it } from 'vitest';
import { cksum } from './cksum.ts';

// What `printf … | cksum` prints.
it.each([
  ['', 4294967295],
  ['hello\n', 3015617425],
  ['123456789', 930766865],
])('agrees with POSIX cksum on %j', (text, expected) => expect(cksum(Buffer.from(text))).toBe(expected));

it('counts the length in as many bytes as it needs', () => {
  expect(cksum(Buffer.alloc(70_000, 'a'))).toBe(3508083167);
});
