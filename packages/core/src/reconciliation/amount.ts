import type { Tokens } from '../cost-view.ts';
import { usdOfNanos } from '../ledger.ts';
import type { SaidAmount } from '../reconciliation-view.ts';
import { noTokens, tokenCount } from '../tokens.ts';

/** Money and tokens of something, money in billionths of a dollar so that sums are exact. */
export interface Amount {
  nanos: number;
  tokens: Tokens;
  /** How many requests it is the sum of, where that is known. */
  requests?: number;
}

export const noAmount: Amount = { nanos: 0, tokens: noTokens };

export function plus(a: Amount, b: Amount): Amount {
  return sum(a, b, 1);
}

export function minus(a: Amount, b: Amount): Amount {
  return sum(a, b, -1);
}

export function negative(amount: Amount): Amount {
  const { requests } = amount;
  return { ...minus(noAmount, amount), ...(requests !== undefined && { requests }) };
}

export function isNothing({ nanos, tokens }: Amount): boolean {
  return nanos === 0 && tokenCount(tokens) === 0 && Object.values(tokens).every((count) => count === 0);
}

export function saidOf({ nanos, tokens, requests }: Amount): SaidAmount {
  return { costUsd: usdOfNanos(nanos), tokens, ...(requests !== undefined && { requests }) };
}

function sum(a: Amount, b: Amount, sign: 1 | -1): Amount {
  const add = (one: number, other: number) => one + sign * other;
  const tokens = {
    input: add(a.tokens.input, b.tokens.input),
    output: add(a.tokens.output, b.tokens.output),
    cacheRead: add(a.tokens.cacheRead, b.tokens.cacheRead),
    cacheCreation: add(a.tokens.cacheCreation, b.tokens.cacheCreation),
  };
  const isCounted = a.requests !== undefined || b.requests !== undefined;
  const requests = add(a.requests ?? 0, b.requests ?? 0);
  return { nanos: add(a.nanos, b.nanos), tokens, ...(isCounted && { requests }) };
}
