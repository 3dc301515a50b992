import { expect, it } from 'vitest';
import { hashOf, keptFor, newSecret } from './secret.ts';

it('makes a secret of 256 bits, another one each time', () => {
  const made = new Set(Array.from({ length: 1000 }, newSecret));
  expect(made.size).toBe(1000);
  for (const secret of made) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
});

it('finds what is kept for a secret by its whole hash', () => {
  const hash = hashOf('mine');
  const kept = new Map([[hash.toString('hex'), { hash }]]);
  expect(keptFor(kept, hashOf('mine'))).toEqual({ hash });
  expect(keptFor(kept, hashOf('mine '))).toBeUndefined();
  // A key alone is not believed.
  const wrong = new Map([[hash.toString('hex'), { hash: hashOf('other') }]]);
  expect(keptFor(wrong, hashOf('mine'))).toBeUndefined();
});
