import { randomBytes } from 'node:crypto';
import { type CreatedToken, type NewToken, type Token, tokenPrefix } from '@telltale/core/access-view';
import { present } from '@telltale/core/present';
import type { AccessRows, StoredToken } from '../store/access-rows.ts';
import { hashOf, keptFor, newSecret } from './secret.ts';

export interface TokensDeps {
  rows: Pick<AccessRows, 'tokens' | 'addToken' | 'revokeToken' | 'used'>;
  now: () => number;
  /** A token counts no more: what was opened with it must end. */
  onRevoked?: (id: string) => void;
  onProblem?: (error: unknown) => void;
}

/** More would be a mistake of a script. */
const maxTokens = 1000;
const dayMs = 24 * 60 * 60_000;
/** When a token was used last is known to the minute. */
const usedMs = 60_000;

/** The tokens of this service, in memory as in the store. */
export function createTokens({ rows, now, onRevoked = () => {}, onProblem = () => {} }: TokensDeps) {
  const stored = rows.tokens();
  const byHash = new Map(stored.map((token) => [token.hash.toString('hex'), token]));
  const byId = new Map(stored.map((token) => [token.id, token]));
  const used = new Map<string, number>();

  const isOver = ({ expiresAt }: StoredToken) => expiresAt !== undefined && expiresAt <= now();
  const timer = setInterval(() => void keepUsed(), usedMs).unref();

  async function keepUsed(): Promise<void> {
    if (used.size === 0) return;
    const times = new Map(used);
    used.clear();
    await rows.used(times).catch(onProblem);
  }

  return {
    /** Nothing for a token that is unknown, revoked or expired. */
    find(text: string): StoredToken | undefined {
      if (!text.startsWith(tokenPrefix)) return undefined;
      const token = keptFor(byHash, hashOf(text));
      return token && !isOver(token) ? token : undefined;
    },

    byId(id: string): StoredToken | undefined {
      const token = byId.get(id);
      return token && !isOver(token) ? token : undefined;
    },

    /** Notes that it was used. */
    touch(token: StoredToken): void {
      const time = now();
      if (token.lastUsedAt !== undefined && time - token.lastUsedAt < usedMs) return;
      token.lastUsedAt = time;
      used.set(token.id, time);
    },

    /** Whether anybody could come in. */
    isEmpty: () => [...byId.values()].every(isOver),

    list: (): Token[] => [...byId.values()].map(viewOf),

    async create({ name, scope, expiresInDays }: NewToken): Promise<CreatedToken | { refused: string }> {
      if (byId.size >= maxTokens) return { refused: `there are ${maxTokens} tokens already; revoke some first` };
      if ([...byId.values()].some((token) => token.name === name)) {
        return { refused: `there is a token "${name}" already; revoke it first, or choose another name` };
      }
      const text = tokenPrefix + newSecret();
      const createdAt = now();
      const expiresAt = expiresInDays === undefined ? undefined : createdAt + expiresInDays * dayMs;
      const token: StoredToken = {
        ...{ id: randomBytes(5).toString('hex'), name, scope, hash: hashOf(text), createdAt },
        ...present({ expiresAt }),
      };
      byId.set(token.id, token); // at once: a second one of this name may be asked for while this one is written
      try {
        await rows.addToken(token);
      } catch (error) {
        byId.delete(token.id);
        throw error;
      }
      byHash.set(token.hash.toString('hex'), token);
      return { ...viewOf(token), token: text };
    },

    /** Its view; nothing where there is none. It counts no more at once, whatever the disk says. */
    async revoke(id: string): Promise<Token | undefined> {
      const token = byId.get(id);
      if (!token) return undefined;
      byId.delete(id);
      byHash.delete(token.hash.toString('hex'));
      used.delete(id);
      onRevoked(id);
      await rows.revokeToken(id);
      return viewOf(token);
    },

    async stop(): Promise<void> {
      clearInterval(timer);
      await keepUsed();
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;

function viewOf({ id, name, scope, createdAt, lastUsedAt, expiresAt }: StoredToken): Token {
  const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  return {
    ...{ id, name, scope, createdAt: new Date(createdAt).toISOString() },
    ...present({ lastUsedAt: iso(lastUsedAt), expiresAt: iso(expiresAt) }),
  };
}
