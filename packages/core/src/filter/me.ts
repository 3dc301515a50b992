import type { FilterTerm, Pattern } from './grammar.ts';
import type { ParsedFilter } from './parse.ts';
import { foldAscii } from './pattern.ts';

/** `user:me` with the name of who asks; where nobody knows who that is, it is an error in words. */
export function withMe({ filter: { terms }, errors }: ParsedFilter, me: string | undefined): ParsedFilter {
  if (me !== undefined) return { filter: { terms: terms.map((term) => named(term, me)) }, errors };
  const unknown = terms.filter(asksForMe).map(({ from, to }) => ({ message: nobody, from, to }));
  return { filter: { terms: terms.filter((term) => !asksForMe(term)) }, errors: [...errors, ...unknown] };
}

const nobody =
  'user:me: nobody knows who you are here; write user: and a name, or come with a token that says whose it is (telltale token create --user)';

const isMe = (pattern: Pattern) => pattern.length === 1 && foldAscii(pattern[0] ?? '') === 'me';

function asksForMe(term: FilterTerm): term is Extract<FilterTerm, { kind: 'field' }> {
  return term.kind === 'field' && term.key === 'user' && term.patterns.some(isMe);
}

function named(term: FilterTerm, me: string): FilterTerm {
  if (!asksForMe(term)) return term;
  return { ...term, patterns: term.patterns.map((pattern) => (isMe(pattern) ? [me] : pattern)) };
}
