import { outcomes } from '../event.ts';
import {
  type Comparison,
  comparisons,
  type Filter,
  type FilterTerm,
  filterExamples,
  filterKeys,
  type IsName,
  isNames,
  msOfUnit,
  type Pattern,
  type TermBody,
  type TimeUnit,
} from './grammar.ts';
import { lexFilter, type RawTerm } from './lex.ts';
import { nearest } from './nearest.ts';
import { type FilterZone, zonedMs } from './zone.ts';

/** What is wrong with one term, in words for whoever typed it. */
interface FilterError {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

export interface ParsedFilter {
  /** The terms that could be read. */
  readonly filter: Filter;
  readonly errors: readonly FilterError[];
}

/** Reads a filter. Never throws: a term that cannot be read is an error in words, the others hold. */
export function parseFilter(text: string, zone: FilterZone = { timeZone: 'UTC' }): ParsedFilter {
  const terms: FilterTerm[] = [];
  const errors: FilterError[] = [];
  for (const raw of lexFilter(text)) {
    const read = readTerm(raw, zone);
    if (typeof read === 'string') errors.push({ message: read, from: raw.from, to: raw.to });
    else if (read) terms.push({ ...read, negated: raw.negated, from: raw.from, to: raw.to });
  }
  return { filter: { terms }, errors };
}

/** A term, or what is wrong with it, or nothing (a pair of quotes). */
function readTerm(raw: RawTerm, zone: FilterZone): TermBody | string | undefined {
  if (raw.unclosedAt !== undefined) return `the quote at character ${raw.unclosedAt + 1} has no end`;
  if (raw.key === undefined) return raw.patterns.length > 0 ? { kind: 'text', patterns: raw.patterns } : undefined;
  const key = filterKeys.find((known) => known === raw.key?.toLowerCase());
  if (!key) return unknownKey(raw.key);
  if (key === 'duration') return readDuration(raw);
  if (key === 'cost') return readCost(raw);
  if (raw.operator !== undefined) return `${key} cannot be compared with ${raw.operator}; write ${filterExamples[key]}`;
  if (raw.patterns.length === 0) return `${key} needs a value, for example ${filterExamples[key]}`;
  if (key === 'since' || key === 'until') return readTime(key, raw.value, zone);
  if (key === 'is') return readIs(raw);
  if (key === 'outcome') return readOutcome(raw);
  return { kind: 'field', key, patterns: raw.patterns };
}

function unknownKey(key: string): string {
  const near = nearest(key.toLowerCase(), filterKeys);
  const meant = near ? `did you mean ${near}?` : `there are ${filterKeys.join(', ')};`;
  return `there is no key "${key}"; ${meant} to find it as text, put it in quotes`;
}

function spanMs(text: string, units: readonly TimeUnit[]): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-z]+)$/i.exec(text);
  const unit = units.find((known) => known === match?.[2]?.toLowerCase());
  const ms = unit ? Number(match?.[1]) * msOfUnit[unit] : Number.NaN;
  // To the microsecond: 0.1 h is 360000 ms, not 360000.00000000006.
  return ms <= Number.MAX_SAFE_INTEGER ? Math.round(ms * 1000) / 1000 : undefined;
}

function readDuration(raw: RawTerm): TermBody | string {
  const comparison = comparisons.find((known): known is Comparison => known === raw.operator);
  const got = `got "${raw.key}${raw.operator ?? ':'}${raw.value}"`;
  if (!comparison) return `duration needs one of < <= > >=, for example ${filterExamples.duration}; ${got}`;
  const ms = spanMs(raw.value, ['ms', 's', 'm', 'h']);
  if (ms === undefined) {
    return `duration needs a number and a unit (ms, s, m, h), for example ${filterExamples.duration}; ${got}`;
  }
  return { kind: 'duration', comparison, ms };
}

function readCost(raw: RawTerm): TermBody | string {
  const comparison = comparisons.find((known): known is Comparison => known === raw.operator);
  const got = `got "${raw.key}${raw.operator ?? ':'}${raw.value}"`;
  if (!comparison) return `cost needs one of < <= > >=, for example ${filterExamples.cost}; ${got}`;
  const dollars = /^\$?(\d{1,9}(?:\.\d+)?)$/.exec(raw.value)?.[1];
  if (dollars === undefined) return `cost needs dollars, for example ${filterExamples.cost}; ${got}`;
  return { kind: 'cost', comparison, usd: Math.round(Number(dollars) * 1e9) / 1e9 };
}

const year9999Ms = 253_370_764_800_000;
const isoDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/i;

function readTime(key: 'since' | 'until', value: string, zone: FilterZone): TermBody | string {
  const agoMs = spanMs(value, ['ms', 's', 'm', 'h', 'd', 'w']);
  if (agoMs !== undefined) return { kind: key, agoMs };
  const match = isoDate.exec(value);
  const hasZone = match?.[4] !== undefined;
  const utcMs = match ? Date.parse(match[1] === undefined || hasZone ? value : `${value}Z`) : Number.NaN;
  const ms = hasZone || !(utcMs >= 0) ? utcMs : zonedMs(utcMs, zone);
  if (ms >= 0 && ms < year9999Ms)
    return key === 'since' ? { kind: 'since-date', fromMs: ms } : { kind: 'until-date', toMs: ms };
  return `${key} needs how long ago (ms, s, m, h, d, w) or a date, for example ${key}:2h or ${key}:2026-11-20; got "${value}"`;
}

function readIs(raw: RawTerm): TermBody | string {
  const known = Object.keys(isNames) as IsName[];
  const read = raw.patterns.map((pattern) => oneOf(pattern, known));
  const names = read.filter((name) => name !== undefined);
  return names.length === read.length ? { kind: 'is', names } : notOneOf('is', raw, known);
}

function readOutcome(raw: RawTerm): TermBody | string {
  const read = raw.patterns.map((pattern) => (pattern.length > 1 ? pattern : exactly(oneOf(pattern, outcomes))));
  const patterns = read.filter((pattern) => pattern !== undefined);
  return patterns.length === read.length
    ? { kind: 'field', key: 'outcome', patterns }
    : notOneOf('outcome', raw, outcomes);
}

function exactly(value: string | undefined): Pattern | undefined {
  return value === undefined ? undefined : [value];
}

function oneOf<T extends string>(pattern: readonly string[], known: readonly T[]): T | undefined {
  return known.find((name) => pattern.length === 1 && name === pattern[0]?.toLowerCase());
}

function notOneOf(key: 'is' | 'outcome', raw: RawTerm, known: readonly string[]): string {
  const near = nearest(raw.value.toLowerCase(), known);
  const meant = near ? ` did you mean ${key}:${near}?` : '';
  return `there is no ${key}:${raw.value};${meant} it is one of ${known.join(', ')}`;
}
