import { randomBytes } from 'node:crypto';
import { type CreatedToken, type NewToken, pairingMs, type Token, tokenPrefix } from '@telltale/core/access-view';
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

  const isExpired = ({ expiresAt }: StoredToken) => expiresAt !== undefined && expiresAt <= now();
  /** A link to pair a device that nobody opened in time. */
  const isMissed = ({ device }: StoredToken) =>
    device !== undefined && device.pairedAt === undefined && device.until <= now();
  const isOver = (token: StoredToken) => isExpired(token) || isMissed(token);
  const timer = setInterval(() => void keepUsed(), usedMs).unref();

  async function keepUsed(): Promise<void> {
    if (used.size === 0) return;
    const times = new Map(used);
    used.clear();
    await rows.used(times).catch(onProblem);
  }

  /** It counts no more at once, whatever the disk says. */
  async function forget({ id, hash }: StoredToken): Promise<void> {
    byId.delete(id);
    byHash.delete(hash.toString('hex'));
    used.delete(id);
    onRevoked(id);
    await rows.revokeToken(id);
  }

  return {
    /** Nothing for a token that is unknown, revoked or expired. One for a device is found as long as its link tells why it is over. */
    find(text: string): StoredToken | undefined {
      if (!text.startsWith(tokenPrefix)) return undefined;
      const token = keptFor(byHash, hashOf(text));
      return token && !isExpired(token) ? token : undefined;
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

    list: (): Token[] => [...byId.values()].filter((token) => !isMissed(token)).map(viewOf),

    async create(asked: NewToken): Promise<CreatedToken | { refused: string }> {
      const { name, scope, expiresInDays, forOneDevice, user } = asked;
      if (forOneDevice && scope === 'ingest') return { refused: 'a device looks on: its token cannot be for ingest' };
      await Promise.all([...byId.values()].filter(isMissed).map(forget));
      if (byId.size >= maxTokens) return { refused: `there are ${maxTokens} tokens already; revoke some first` };
      if ([...byId.values()].some((token) => token.name === name)) {
        return { refused: `there is a token "${name}" already; revoke it first, or choose another name` };
      }
      const text = tokenPrefix + newSecret();
      const createdAt = now();
      const expiresAt = expiresInDays === undefined ? undefined : createdAt + expiresInDays * dayMs;
      const token: StoredToken = {
        ...{ id: randomBytes(5).toString('hex'), name, scope, hash: hashOf(text), createdAt },
        ...present({ expiresAt, user }),
        ...(forOneDevice && { device: { until: createdAt + pairingMs } }),
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

    /** Its view; nothing where there is none. */
    async revoke(id: string): Promise<Token | undefined> {
      const token = byId.get(id);
      if (!token) return undefined;
      await forget(token);
      return viewOf(token);
    },

    async stop(): Promise<void> {
      clearInterval(timer);
      await keepUsed();
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;

function viewOf({ id, name, scope, user, device, createdAt, lastUsedAt, expiresAt }: StoredToken): Token {
  const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  const isOpen = device !== undefined && device.pairedAt === undefined;
  return {
    ...{ id, name, scope, createdAt: new Date(createdAt).toISOString() },
    ...present({ user, lastUsedAt: iso(lastUsedAt), expiresAt: iso(isOpen ? device.until : expiresAt) }),
    ...(device && { device: isOpen ? ('open' as const) : ('paired' as const) }),
  };
}
