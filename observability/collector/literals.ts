import { redactionRules } from '@telltale/core';

const escapedSlash = String.raw`\/`;

/** A word of every literal: what the first look asks of each record, so there are few. */
export const words = shortest(redactionRules.flatMap(({ literals }) => literals.map(wordIn)));

/** All literals that the same rules wait for: rules share most of them, and none is looked for twice. */
export const literalSets = (() => {
  const rulesOf = new Map<string, Set<number>>();
  redactionRules.forEach(({ literals }, rule) => {
    for (const literal of plainLiterals(literals)) rulesOf.set(literal, (rulesOf.get(literal) ?? new Set()).add(rule));
  });
  const sets = new Map<string, { rules: Set<number>; literals: string[] }>();
  for (const [literal, rules] of rulesOf) {
    const set = sets.get([...rules].join()) ?? { rules, literals: [] };
    sets.set([...rules].join(), set);
    set.literals.push(literal);
  }
  return [...sets.values()].map(({ rules, literals }) => ({ rules, literals: shortest(literals) }));
})();

/** Makes one spelling of many, in lower-case JSON text; `plainLiterals` spells the literals the same way. */
export const spelling = [
  [String.raw`\\+t`, '\t'],
  [String.raw`\\+[nr]`, '\n'],
  [String.raw`\\+u003c`, '<'],
  [String.raw`\\+u003e`, '>'],
  [String.raw`\\+u0026`, '&'],
  [String.raw`\\+`, ''],
  [String.raw`[ \t]+([=:])`, '$1'],
  ['[ _-]key', 'key'],
] as const;

/** A literal without the `=`, `:` or quote that ends it, which JSON text may spell otherwise. */
function wordIn(literal: string): string {
  return literal.includes(escapedSlash) ? '/\\' : literal.replace(/^["]|[\s=:"'\\>]+$/g, '');
}

/** Literals as they are in a text of one spelling: no backslash, no space before `=` or `:`, none before "key". */
function plainLiterals(literals: readonly string[]): string[] {
  return literals.flatMap((literal) => {
    if (literal.includes(escapedSlash)) return []; // the same slashes as in `://`
    const stem = literal.replace(/ {2}$|\t$|\\$/, '');
    if (stem !== literal && literals.includes(`${stem}=`)) return []; // a gap before `=`
    const text = literal
      .replaceAll('u0026', '&')
      .replaceAll('\\', '')
      .replace(/ ([=:])/, '$1')
      .replace(/[ _-]key/g, 'key');
    return literal.endsWith('\\') ? [`${text}"`, `${text}'`] : [text];
  });
}

/** A word that holds another one needs no look of its own. */
function shortest(all: string[]): string[] {
  return [...new Set(all)].filter((word) => !all.some((other) => other !== word && word.includes(other)));
}
