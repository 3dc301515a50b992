import { redactionRules } from '@telltale/core';

/** All literals that the same rules wait for: rules share most of them, and none is looked for twice. */
export const literalSets = grouped(
  redactionRules.flatMap((rule, index) => rule.literals.map((literal) => ({ literal, index }))),
  ({ index }) => index,
  ({ literal }) => literal,
).map(({ keys, values }) => ({ waiting: keys, raw: values, literals: shortest(values.flatMap(plainLiterals)) }));

/** A word of every literal: what the first look asks of each record, so there are few. */
export const allWords = shortest(redactionRules.flatMap(({ literals }) => literals.map(wordIn)));

/** The same words, by the sets of literals that hold them. */
export const wordSets = grouped(
  literalSets.flatMap(({ raw }, set) => raw.map((literal) => ({ word: shortestWordOf(literal), set }))),
  ({ set }) => set,
  ({ word }) => word,
).map(({ keys, values }) => ({ waiting: keys, words: values }));

/** A literal in a text whose escapes are undone. One that ended with a backslash went on with a tab or a quote. */
function plainLiterals(literal: string): string[] {
  const text = literal.replaceAll('u0026', '&').replaceAll('\\', '');
  return literal.endsWith('\\') ? ['\t', '"', "'"].map((end) => text + end) : [text];
}

/** A literal without the `=`, `:` or quote that ends it, which JSON text may spell otherwise. */
function wordIn(literal: string): string {
  return literal.includes(String.raw`\/`) ? '/\\' : literal.replace(/^["]|[\s=:"'\\>]+$/g, '');
}

function shortestWordOf(literal: string): string {
  const word = allWords.find((word) => wordIn(literal).includes(word));
  if (word === undefined) throw new Error(`no word was found for ${literal}`);
  return word;
}

/** The values, in groups of those that belong to exactly the same keys. */
function grouped<T>(all: T[], keyOf: (one: T) => number, nameOf: (one: T) => string) {
  const keysOf = new Map<string, Set<number>>();
  for (const one of all) keysOf.set(nameOf(one), (keysOf.get(nameOf(one)) ?? new Set()).add(keyOf(one)));
  const groups = new Map<string, { keys: Set<number>; values: string[] }>();
  for (const [value, keys] of keysOf) {
    const group = groups.get([...keys].join()) ?? { keys, values: [] };
    groups.set([...keys].join(), group);
    group.values.push(value);
  }
  return [...groups.values()];
}

/** A word that holds another one needs no look of its own. */
function shortest(words: string[]): string[] {
  return [...new Set(words)].filter((word) => !words.some((other) => other !== word && word.includes(other)));
}
