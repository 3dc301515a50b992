import type { Tokens } from './cost-view.ts';

export const noTokens: Readonly<Tokens> = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0 };

export function plusTokens(a: Tokens, b: Tokens): Tokens {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheCreation: a.cacheCreation + b.cacheCreation,
  };
}

/** All kinds together. */
export function tokenCount({ input, output, cacheRead, cacheCreation }: Tokens): number {
  return input + output + cacheRead + cacheCreation;
}

/** More is no number of tokens: sums must stay exact. */
const maxTokens = 1e10;

/** A number of tokens as somebody told it; 0 where it can be none. */
export function asTokens(told: number | undefined): number {
  const count = Math.round(told ?? 0);
  return count > 0 && count <= maxTokens ? count : 0;
}

/** What the token metric calls a kind of token in `type`. */
export function isTokenKind(type: string | undefined): type is keyof Tokens {
  return type !== undefined && Object.hasOwn(noTokens, type);
}
