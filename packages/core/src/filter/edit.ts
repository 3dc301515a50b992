import { formatPattern, formatTerm } from './format.ts';
import type { FilterKey, FilterTerm } from './grammar.ts';
import { parseFilter } from './parse.ts';
import { foldAscii } from './pattern.ts';

/** What a chip in the page adds and takes away. */
export type ToggleKey = Exclude<FilterKey, 'duration' | 'cost' | 'since' | 'until'>;

/**
 * Adds `key:value` to a filter's text, or takes it away again. A second value of a key becomes an alternative
 * (`app:api,web`), a value that was negated comes back; the rest of the text stays as it was typed.
 */
export function toggleTerm(text: string, key: ToggleKey, value: string, negated = false): string {
  const terms = parseFilter(text).filter.terms.filter((term) => isOf(term, key));
  const holder = terms.find((term) => valuesOf(term).some((known) => sameValue(known, value)));
  if (holder) {
    const without = replaceTerm(text, holder, dropValue(holder, value));
    return holder.negated === negated ? without : toggleTerm(without, key, value, negated);
  }
  const same = terms.find((term) => term.negated === negated);
  if (same) return replaceTerm(text, same, `${formatTerm(same)},${formatPattern([value])}`);
  const added = `${negated ? '-' : ''}${key}:${formatPattern([value])}`;
  return text.trim() === '' ? added : `${text.trimEnd()} ${added}`;
}

/** Whether a chip is on. */
export function hasTerm(text: string, key: ToggleKey, value: string, negated = false): boolean {
  return parseFilter(text).filter.terms.some(
    (term) => term.negated === negated && isOf(term, key) && valuesOf(term).some((known) => sameValue(known, value)),
  );
}

function isOf(term: FilterTerm, key: ToggleKey): boolean {
  return key === 'is' ? term.kind === 'is' : term.kind === 'field' && term.key === key;
}

function valuesOf(term: FilterTerm): readonly (string | undefined)[] {
  if (term.kind === 'is') return term.names;
  return term.kind === 'field' ? term.patterns.map((pattern) => (pattern.length === 1 ? pattern[0] : undefined)) : [];
}

function sameValue(known: string | undefined, value: string): boolean {
  return known !== undefined && foldAscii(known) === foldAscii(value);
}

function dropValue(term: FilterTerm, value: string): string {
  const isKept = (_: unknown, index: number) => !sameValue(valuesOf(term)[index], value);
  const left =
    term.kind === 'is'
      ? { ...term, names: term.names.filter(isKept) }
      : term.kind === 'field'
        ? { ...term, patterns: term.patterns.filter(isKept) }
        : term;
  return valuesOf(left).length === 0 ? '' : formatTerm(left);
}

/** A term that becomes nothing takes one of the spaces beside it along. */
function replaceTerm(text: string, term: FilterTerm, replacement: string): string {
  const before = text.slice(0, term.from);
  const after = text.slice(term.to);
  if (replacement !== '') return `${before}${replacement}${after}`;
  return before === '' ? after.trimStart() : `${before.replace(/\s$/, '')}${after}`;
}
