import { type ParsedFilter, parseFilter } from '@telltale/core';

export interface TermChip {
  text: string;
  from: number;
  to: number;
  /** What is wrong with it, in words. */
  error?: string;
}

/** The terms of a filter's text as chips, in the order they stand there. */
export function chipsOf(text: string, read: (text: string) => ParsedFilter = parseFilter): TermChip[] {
  const { filter, errors } = read(text);
  const terms = filter.terms.map(({ from, to }): TermChip => ({ text: text.slice(from, to), from, to }));
  const wrong = errors.map(
    ({ from, to, message }): TermChip => ({ text: text.slice(from, to), from, to, error: message }),
  );
  return [...terms, ...wrong].sort((a, b) => a.from - b.from);
}

export function withoutChip(text: string, chip: TermChip): string {
  return joined(text.slice(0, chip.from), text.slice(chip.to));
}

export function joined(...parts: readonly string[]): string {
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ');
}

/** A term has ended: a space outside quotes follows it. */
export function hasEnded(draft: string): boolean {
  const quotes = draft.replace(/\\["\\]/g, '').split('"').length - 1;
  return /\S\s+$/.test(draft) && quotes % 2 === 0;
}

/** Words filter while they are typed; a field's value only once it stands, or half of it would hide everything. */
export function isPreviewable(draft: string): boolean {
  const { filter, errors } = parseFilter(draft);
  return errors.length === 0 && filter.terms.length > 0 && filter.terms.at(-1)?.kind === 'text';
}
