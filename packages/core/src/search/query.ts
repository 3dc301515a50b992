import { wordsInside } from './indexed-text.ts';

/** Words that stand next to each other; what is searched is made of these. */
export interface SearchTerm {
  /** As typed, without quotes and signs. */
  text: string;
  /** Ways to spell it as words in a row: `useAuth` is one word or two, 検索 one or a word for each letter. */
  spellings: readonly (readonly string[])[];
  /** The last word may go on. */
  isPrefix: boolean;
}

/** All groups must occur, of each group one term; none of `without` may. */
export interface SearchText {
  groups: readonly (readonly SearchTerm[])[];
  without: readonly SearchTerm[];
}

/** A prefix of fewer letters would be half of all words. */
export const minPrefixLetters = 3;
const maxTerms = 24;

/**
 * `"a phrase"`, `-without`, `one OR other`, `begin*`; every other word must occur. Nothing is an error: what has no
 * meaning is searched as words, and what has no letter is left out.
 */
export function parseSearch(query: string): SearchText {
  const groups: SearchTerm[][] = [];
  const without: SearchTerm[] = [];
  let isOr = false;
  for (const lexeme of lexemesOf(query).slice(0, maxTerms)) {
    if (lexeme.isOr) {
      isOr = groups.length > 0;
      continue;
    }
    const last = groups.at(-1);
    if (lexeme.isNegated) without.push(lexeme.term);
    else if (isOr && last) last.push(lexeme.term);
    else groups.push([lexeme.term]);
    isOr = false;
  }
  // There is no list of everything that lacks a word.
  return groups.length > 0 ? { groups, without } : { groups: without.map((term) => [term]), without: [] };
}

/** Every term that a hit shows. */
export function wantedTerms({ groups }: SearchText): SearchTerm[] {
  return groups.flat();
}

/** Words of a text as the index's tokenizer cuts them. */
export function wordsIn(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? [];
}

interface Lexeme {
  isOr?: true;
  isNegated: boolean;
  term: SearchTerm;
}

function lexemesOf(query: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  for (const [found, minus, phrase] of query.matchAll(/(-?)"([^"]*)"?\*?|\S+/g)) {
    const isPhrase = phrase !== undefined;
    const text = isPhrase ? phrase : found;
    const isNegated = isPhrase ? minus === '-' : /^-+[^-\s]/.test(text);
    const term = termOf(isPhrase ? text : text.replace(/^-+/, ''), isPhrase ? found.endsWith('*') : text.endsWith('*'));
    if (!isPhrase && found === 'OR') lexemes.push({ isOr: true, isNegated: false, term: term ?? nothing });
    else if (term) lexemes.push({ isNegated, term });
  }
  return literalOrs(lexemes);
}

const nothing: SearchTerm = { text: '', spellings: [], isPrefix: false };

/** An OR with nothing on one of its sides is a word. */
function literalOrs(lexemes: readonly Lexeme[]): Lexeme[] {
  const isTerm = (lexeme: Lexeme | undefined) => lexeme !== undefined && !lexeme.isOr && !lexeme.isNegated;
  return lexemes.map((lexeme, index) =>
    lexeme.isOr && !(isTerm(lexemes[index - 1]) && isTerm(lexemes[index + 1]))
      ? { isNegated: false, term: lexeme.term }
      : lexeme,
  );
}

function termOf(text: string, endsInStar: boolean): SearchTerm | undefined {
  const words = wordsIn(text);
  if (words.length === 0) return undefined;
  const split = words.flatMap(wordsInside);
  const isPrefix = endsInStar && [...(words.at(-1) ?? '')].length >= minPrefixLetters;
  return { text: text.replace(/\*$/, ''), spellings: split.length > words.length ? [words, split] : [words], isPrefix };
}
