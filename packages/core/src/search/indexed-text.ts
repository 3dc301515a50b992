/** Another number makes every index anew: what is taken out of an index must be what was put in. */
export const searchVersion = 5;

/** A text as the index takes it. */
export interface IndexedText {
  /** Words, as the tokenizer finds them. */
  words: string;
  /** The words inside of what the tokenizer takes for one: `useAuth` is also `use Auth`, 検索 also 検 索. */
  humps: string;
}

/** Encoded bytes have no words; they would be a large part of the index. */
const encoded = /[A-Za-z0-9+/]{200,}={0,2}/g;
const humped = /[A-Za-z0-9]*[a-z0-9][A-Z][A-Za-z0-9]*|[A-Z]{2,}[a-z][A-Za-z0-9]+/g;
const hump = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/;
const accented = /(?:[\u0370-\u052f\u1f00-\u1fff][\u0300-\u036f]*)+/g;
const accents = /[\u0300-\u036f]/g;
const maxNames = 2000;
/** A letter of a script that puts no space between words: only a dictionary could find the words in a sentence. */
const scripts = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}`;
const unspaced = String.raw`(?=[\p{L}\p{N}])[${scripts}]\p{M}*`;
const hasUnspaced = new RegExp(unspaced, 'u');
const letters = new RegExp(`${unspaced}|(?:(?!${unspaced})[^])+`, 'gu');
const runs = /[\p{L}\p{N}\p{M}]+/gu;

export function indexedText(text: string): IndexedText {
  const words = withoutAccents(text.replace(encoded, ' '));
  const names = new Set<string>();
  for (const [name] of words.matchAll(humped)) {
    if (names.size >= maxNames) break;
    if (name.length <= 80) names.add(name);
  }
  const inside = [...names].map((name) => splitHumps(name).join(' '));
  if (hasUnspaced.test(words)) inside.push(...unspacedIn(words));
  return { words, humps: inside.join('\n') };
}

/**
 * Without what stands on Greek and Cyrillic letters, and with one sigma: of Latin letters the tokenizer takes it itself.
 * What is searched goes through it, too.
 */
export function withoutAccents(text: string): string {
  return text.replace(accented, (run) => run.normalize('NFD').replace(accents, '').replaceAll('ς', 'σ'));
}

/** Its words one after the other: `useHTTPServer` → use, HTTP, Server; 検索API → 検, 索, API. */
export function wordsInside(word: string): string[] {
  return splitHumps(word).flatMap((part) => (isUnspaced(part) ? splitLetters(part) : [part]));
}

/** Whether there is a letter in it beside which a word may begin or end anywhere. */
export function isUnspaced(text: string): boolean {
  return hasUnspaced.test(text);
}

const unspacedIn = (text: string): string[] =>
  (text.match(runs) ?? []).filter(isUnspaced).map((run) => wordsInside(run).join(' '));

const splitLetters = (run: string): string[] => run.match(letters) ?? [];

const splitHumps = (name: string): string[] => name.split(hump);
