import type { AccessRows, StoredSignIn, StoredToken } from '../store/access-rows.ts';
import { hashOf, keptFor, newSecret } from './secret.ts';
import type { Tokens } from './tokens.ts';

export interface SignInsDeps {
  rows: Pick<AccessRows, 'signIns' | 'addSignIn' | 'removeSignIns'>;
  tokens: Pick<Tokens, 'byId'>;
  now: () => number;
}

const daysMs = 30 * 24 * 60 * 60_000;
/** So many browsers by one token; who comes later takes the place of who came first. */
const maxPerToken = 50;

/** Browsers that came in with a token and hold a cookie since. The cookie is a secret of its own, never the token. */
export function createSignIns({ rows, tokens, now }: SignInsDeps) {
  const byHash = new Map(rows.signIns().map((signIn) => [signIn.hash.toString('hex'), signIn]));

  const isOver = ({ expiresAt, tokenId }: StoredSignIn) => expiresAt <= now() || tokens.byId(tokenId) === undefined;

  async function remove(signIns: readonly StoredSignIn[]): Promise<void> {
    if (signIns.length === 0) return;
    for (const { hash } of signIns) byHash.delete(hash.toString('hex'));
    await rows.removeSignIns(signIns.map(({ hash }) => hash));
  }

  function inTheWayOf(token: StoredToken): StoredSignIn[] {
    const ofToken = [...byHash.values()].filter(({ tokenId }) => tokenId === token.id);
    ofToken.sort((a, b) => a.createdAt - b.createdAt);
    const tooMany = ofToken.slice(0, Math.max(0, ofToken.length - maxPerToken + 1));
    return [...[...byHash.values()].filter(isOver), ...tooMany];
  }

  return {
    /** The cookie's value, and until when (ms) it is good. A device that its token waited for is paired by it. */
    async open(token: StoredToken): Promise<{ secret: string; id: string; expiresAt: number }> {
      const secret = newSecret();
      const hash = hashOf(secret);
      const expiresAt = Math.min(now() + daysMs, token.expiresAt ?? Number.POSITIVE_INFINITY);
      const signIn = { hash, tokenId: token.id, createdAt: now(), expiresAt };
      const { device } = token;
      // Before anything is waited for: another may open the same link meanwhile.
      if (device) device.pairedAt = signIn.createdAt;
      try {
        await remove(inTheWayOf(token));
        await rows.addSignIn(signIn, device !== undefined);
      } catch (error) {
        delete device?.pairedAt;
        throw error;
      }
      const id = hash.toString('hex');
      byHash.set(id, signIn);
      return { secret, id, expiresAt };
    },

    /** The token behind a cookie, and the sign-in's own id; nothing where either is over. */
    find(secret: string): { token: StoredToken; id: string } | undefined {
      const signIn = keptFor(byHash, hashOf(secret));
      if (!signIn || signIn.expiresAt <= now()) return undefined;
      const token = tokens.byId(signIn.tokenId);
      return token && { token, id: signIn.hash.toString('hex') };
    },

    has: (id: string) => (byHash.get(id)?.expiresAt ?? 0) > now(),

    async close(id: string): Promise<void> {
      const signIn = byHash.get(id);
      if (signIn) await remove([signIn]);
    },

    /** The store forgets them with their token. */
    forgetToken(tokenId: string): void {
      for (const [id, signIn] of byHash) if (signIn.tokenId === tokenId) byHash.delete(id);
    },
  };
}

export type SignIns = ReturnType<typeof createSignIns>;
