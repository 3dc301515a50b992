import { type TokenScope, tokenPrefix } from '@telltale/core/access-view';
import { present } from '@telltale/core/present';
import { parse } from 'hono/utils/cookie';
import type { Visit } from '../http/visit.ts';
import type { StoredToken } from '../store/access-rows.ts';
import { addressOf, type IsProxy, networkOf } from './address.ts';
import { createRateLimit, type Rate } from './rate-limit.ts';
import { meets, type Need } from './scope.ts';
import type { SignIns } from './sign-ins.ts';
import type { Tokens } from './tokens.ts';
import type { Visitor } from './visitor.ts';

/** Why somebody may not come in. */
export interface Refusal {
  status: 401 | 403 | 429;
  error: string;
  fix?: string;
  headers?: Record<string, string>;
  /** Who it was, for the audit log. */
  visitor: Visitor;
}

export type Admission = { visitor: Visitor } | { refused: Refusal };

/** Decides who may do what; host and origin are the guard's. */
export interface Door {
  readonly isRequired: boolean;
  admit(visit: Visit, need: Need): Admission;
  /** Whether who was let in before would be let in now: a live connection outlives its request. */
  isStillIn(visitor: Visitor): boolean;
}

export interface Rates {
  /** Of a token that sends. */
  ingest: Rate;
  /** Of a token that reads. */
  reading: Rate;
  /** Of an address without a valid token: the sign-in page and its files, wrong tokens. */
  nobody: Rate;
}

export const usualRates: Rates = {
  ingest: { burst: 6000, perSecond: 600 },
  reading: { burst: 600, perSecond: 60 },
  nobody: { burst: 600, perSecond: 10 },
};
/** A wrong token weighs as much as so many files of the page. */
const wrongTokenCost = 20;

/** On a cookie's name: `__Host-` where the page came by https, so that no other site of the domain can set it. */
export const cookieNames = ['__Host-telltale', 'telltale'] as const;

/** Nobody needs a token: only this machine's own user reaches the service, `user` where the service knows who that is. */
export function openDoor(user?: string): Door {
  const admit = (remote: string | undefined): Admission => ({
    visitor: { name: 'local', scope: 'admin', address: addressOf(remote, undefined), ...present({ user }) },
  });
  // Many events come from one address: each tells of the same visitor.
  let last = { remote: '127.0.0.1' as string | undefined, admission: admit('127.0.0.1') };
  return {
    isRequired: false,
    admit({ remote }) {
      if (remote !== last.remote) last = { remote, admission: admit(remote) };
      return last.admission;
    },
    isStillIn: () => true,
  };
}

export interface DoorDeps {
  tokens: Tokens;
  signIns: SignIns;
  rates: Rates;
  /** Whose `X-Forwarded-For` counts; default: that of proxies on this machine. */
  isProxy?: IsProxy | undefined;
  now?: () => number;
}

/** Everyone needs a token. */
export function tokenDoor({ tokens, signIns, rates, isProxy, now }: DoorDeps): Door {
  const sending = createRateLimit(rates.ingest, now);
  const reading = createRateLimit(rates.reading, now);
  const strangers = createRateLimit(rates.nobody, now);

  function found(visit: Visit): { token: StoredToken; signIn?: string } | 'wrong' | undefined {
    const { authorization, cookie } = visit;
    // Another scheme is for a proxy in between.
    const [, text] = /^bearer +(\S+)$/i.exec(authorization?.trim() ?? '') ?? [];
    if (text !== undefined) {
      const token = tokens.find(text);
      // What pairs a device only signs in.
      return token && !token.device ? { token } : 'wrong';
    }
    const secret = secretOf(cookie);
    const signedIn = secret === undefined ? undefined : signIns.find(secret);
    // A cookie that is over is nobody's fault: the page signs in again.
    return signedIn && { token: signedIn.token, signIn: signedIn.id };
  }

  return {
    isRequired: true,
    admit(visit, need) {
      const address = addressOf(visit.remote, visit.forwardedFor, isProxy);
      const known = found(visit);
      if (known === undefined || known === 'wrong') {
        const isWrong = known === 'wrong';
        const visitor: Visitor = { name: 'nobody', address };
        const waitS = strangers.take(networkOf(address), isWrong ? wrongTokenCost : 1);
        if (waitS > 0) return tooMany(waitS, visitor);
        return need === 'nobody' && !isWrong ? { visitor } : noToken(isWrong, visitor);
      }
      const { token, signIn } = known;
      const { id, name, scope, user } = token;
      const visitor: Visitor = { ...{ name, scope, address, tokenId: id }, ...present({ signIn, user }) };
      const waitS = (need === 'ingest' ? sending : reading).take(id);
      if (waitS > 0) return tooMany(waitS, visitor);
      tokens.touch(token);
      if (!meets(scope, need)) return { refused: { status: 403, error: wrongScope(name, scope, need), visitor } };
      // A page of another site sends the cookie along only with an Origin, which the guard compares.
      if (signIn !== undefined && changes(visit) && visit.origin === undefined) {
        return {
          refused: { status: 403, error: 'a request by cookie that changes something needs an Origin', visitor },
        };
      }
      return { visitor };
    },

    isStillIn: ({ tokenId, signIn }) =>
      tokenId !== undefined && tokens.byId(tokenId) !== undefined && (signIn === undefined || signIns.has(signIn)),
  };
}

function secretOf(cookie: string | undefined): string | undefined {
  if (cookie === undefined) return undefined;
  const cookies = parse(cookie);
  return cookieNames.map((name) => cookies[name]).find((value) => value !== undefined && value !== '');
}

function changes({ method, path }: Visit): boolean {
  return !/^(GET|HEAD)$/.test(method) || path === '/live';
}

function tooMany(seconds: number, visitor: Visitor): Admission {
  return {
    refused: {
      ...{ status: 429, error: 'too many requests', fix: `come again in ${seconds} s`, visitor },
      headers: { 'retry-after': `${seconds}` },
    },
  };
}

function noToken(isWrong: boolean, visitor: Visitor): Admission {
  return {
    refused: {
      status: 401,
      error: isWrong ? 'the token is unknown, revoked or expired' : 'this service asks for a token',
      fix: `send "authorization: Bearer ${tokenPrefix}…", or open the page and sign in`,
      headers: { 'www-authenticate': 'Bearer realm="telltale"' },
      visitor,
    },
  };
}

function wrongScope(name: string, scope: TokenScope, need: Need): string {
  return `the token "${name}" is for ${scope}; this needs one for ${need}`;
}
