import { proxiesAt } from '../access/address.ts';
import { type Audit, createAudit } from '../access/audit.ts';
import { type Door, openDoor, type Rates, tokenDoor, usualRates } from '../access/door.ts';
import { createSignIns, type SignIns } from '../access/sign-ins.ts';
import { createTokens, type Tokens } from '../access/tokens.ts';
import { messageOf } from '../complaints.ts';
import { isLoopback } from '../config.ts';
import { whoIsHere } from '../who-is-here.ts';
import type { Foundation } from './foundation.ts';

/** Who may come in, and what is noted of who came. */
export interface Access {
  tokens: Tokens;
  signIns: SignIns;
  audit: Audit;
  door: Door;
  /** Calls back when somebody may no longer be in. */
  onLeft(listener: () => void): void;
  left(): void;
  start(): void;
  stop(): Promise<void>;
}

/** Throws one sentence where the service could be reached from elsewhere and nobody has a token. */
export function createAccess({ config, store, now, complaints }: Foundation, rates: Partial<Rates> = {}): Access {
  const listeners: (() => void)[] = [];
  const left = () => {
    for (const listener of listeners) listener();
  };
  const rows = store.access;
  const onProblem = (error: unknown) => complaints.raise('access', messageOf(error));
  const tokens = createTokens({
    ...{ rows, now, onProblem },
    onRevoked(id) {
      signIns.forgetToken(id);
      left();
    },
  });
  const signIns = createSignIns({ rows, tokens, now });
  const audit = createAudit({ rows, now, onProblem, days: config.auditDays });
  if (config.requiresTokens && tokens.isEmpty()) throw new Error(withoutTokens(config.host));
  return {
    ...{ tokens, signIns, audit, left },
    door: config.requiresTokens
      ? tokenDoor({ tokens, signIns, rates: { ...usualRates, ...rates }, isProxy: proxiesAt(config.trustedProxies) })
      : openDoor(isLoopback(config.host) ? whoIsHere().user : undefined),
    onLeft: (listener) => void listeners.push(listener),
    start: () => void audit.prune(),
    async stop() {
      await Promise.all([tokens.stop(), audit.stop()]);
    },
  };
}

function withoutTokens(host: string): string {
  const way = 'make one with "npx telltale token create"';
  if (isLoopback(host))
    return `TELLTALE_REQUIRE_TOKENS is on and there are no access tokens, so nobody could come in; ${way}`;
  return `TELLTALE_HOST must be a loopback address such as 127.0.0.1 while there are no access tokens, because anyone who reaches the port could read your sessions, got "${host}"; ${way}, or use ssh -L from the other machine`;
}
