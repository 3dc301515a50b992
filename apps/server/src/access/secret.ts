import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits: nobody guesses them, so a fast hash is enough to keep them by. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/**
 * Finds what is kept by the hash of a secret. Looking a hash up says nothing about the secret by the time it takes, as
 * nobody can choose what a secret hashes to; the comparison takes the same time for every hash.
 */
export function keptFor<T extends { hash: Buffer }>(kept: ReadonlyMap<string, T>, hash: Buffer): T | undefined {
  const found = kept.get(hash.toString('hex'));
  return found && timingSafeEqual(found.hash, hash) ? found : undefined;
}
