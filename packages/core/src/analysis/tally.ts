import { usdOfNanos } from '../ledger.ts';
import { createBucketIndex } from './buckets.ts';
import { percentile } from './percentile.ts';
import type { AnalysisRow, MeasureView } from './view.ts';

/** A number of an analysis, and how it is made of facts. Sums of dollars are given in billionths: whole numbers. */
export interface Measure extends MeasureView {
  /** `share`: the sum of `key`'s `of` by the sum of `per`. */
  as: 'sum' | 'max' | 'p50' | 'p95' | 'share';
  /** The name under which facts tell it; its own where it is not said. */
  of?: string;
  per?: string;
}

/** Something that counts for a row of an analysis. */
export interface Fact {
  key: string;
  label?: string | undefined;
  /** The session's row in the store. */
  session: number;
  /** When, for those that are cut by time. */
  at?: number;
  /** Added up, or the greatest taken. */
  numbers?: Readonly<Record<string, number>>;
  /** Single values, for percentiles. */
  samples?: Readonly<Record<string, number | readonly number[]>>;
  detail?: string | undefined;
  settings?: string | undefined;
}

export interface TallyOptions {
  measures: readonly Measure[];
  /** Starts of buckets (ms), for a tally over time. */
  buckets?: readonly number[] | undefined;
  limit: number;
  /** Sessions of this row only are remembered one by one, in this bucket only. */
  behind?: { row?: string | undefined; bucket?: number | undefined } | undefined;
}

export interface TallyResult {
  total: Record<string, number>;
  sessions: number;
  rows: AnalysisRow[];
  /** Sessions of what was asked for in `behind`, in the order in which they came. */
  behind: number[];
}

interface Group {
  key: string;
  label: string;
  detail: string | undefined;
  settings: string | undefined;
  sums: Map<string, number>;
  maxima: Map<string, number>;
  samples: Map<string, number[]>;
  sessions: Set<number>;
  series: Map<string, number[]>;
}

/** Facts in any order → rows, the greatest first, and their total. What the limit leaves out is one row. */
export function createTally({ measures, buckets, limit, behind }: TallyOptions) {
  const groups = new Map<string, Group>();
  const indexOf = buckets && createBucketIndex(buckets);
  const asked = new Set<number>();
  const inSeries = new Set(measures.filter(({ as }) => as === 'sum').map(sourceOf));

  function add(fact: Fact): void {
    const bucket = indexOf && fact.at !== undefined ? indexOf(fact.at) : -1;
    if (indexOf && bucket < 0) return;
    const group = groups.get(fact.key) ?? emptyGroup(fact.key, fact.label ?? fact.key);
    groups.set(fact.key, group);
    group.detail ??= fact.detail;
    group.settings ??= fact.settings;
    group.sessions.add(fact.session);
    for (const [name, value] of Object.entries(fact.numbers ?? {})) {
      group.sums.set(name, (group.sums.get(name) ?? 0) + value);
      group.maxima.set(name, Math.max(group.maxima.get(name) ?? Number.NEGATIVE_INFINITY, value));
      if (!buckets || !inSeries.has(name)) continue;
      const series = group.series.get(name) ?? new Array<number>(buckets.length).fill(0);
      group.series.set(name, series);
      series[bucket] = (series[bucket] ?? 0) + value;
    }
    for (const [name, value] of Object.entries(fact.samples ?? {})) {
      const list = group.samples.get(name) ?? [];
      group.samples.set(name, list);
      if (typeof value === 'number') list.push(value);
      else for (const one of value) list.push(one);
    }
    if (behind && (behind.row ?? fact.key) === fact.key && (behind.bucket ?? bucket) === bucket)
      asked.add(fact.session);
  }

  function result(): TallyResult {
    const [rank] = measures;
    const rankOf = (group: Group) => (rank ? (valuesOf(group, [rank])[rank.key] ?? 0) : 0);
    const ranked = [...groups.values()]
      .map((group) => ({ group, rank: rankOf(group) }))
      .sort((a, b) => b.rank - a.rank || (a.group.key < b.group.key ? -1 : 1))
      .map(({ group }) => group);
    const shown = ranked.length > limit ? ranked.slice(0, limit) : ranked;
    const left = ranked.slice(shown.length);
    const all = merged('', 'all', ranked);
    const rows = shown.map((group) => rowOf(group, measures, buckets?.length));
    if (left.length > 0) {
      const rest = rowOf(merged('', `${left.length} others`, left), measures, buckets?.length);
      rows.push({ ...rest, isRest: true });
    }
    return { total: valuesOf(all, measures), sessions: all.sessions.size, rows, behind: [...asked] };
  }

  return { add, result };
}

function emptyGroup(key: string, label: string): Group {
  const maps = { sums: new Map(), maxima: new Map(), samples: new Map(), series: new Map() };
  return { key, label, detail: undefined, settings: undefined, sessions: new Set(), ...maps };
}

function merged(key: string, label: string, groups: readonly Group[]): Group {
  const all = emptyGroup(key, label);
  for (const group of groups) {
    for (const session of group.sessions) all.sessions.add(session);
    for (const [name, value] of group.sums) all.sums.set(name, (all.sums.get(name) ?? 0) + value);
    for (const [name, value] of group.maxima)
      all.maxima.set(name, Math.max(all.maxima.get(name) ?? Number.NEGATIVE_INFINITY, value));
    for (const [name, list] of group.samples) {
      const known = all.samples.get(name) ?? [];
      for (const value of list) known.push(value);
      all.samples.set(name, known);
    }
    for (const [name, series] of group.series) {
      const known = all.series.get(name);
      all.series.set(name, known ? known.map((value, index) => value + (series[index] ?? 0)) : [...series]);
    }
  }
  return all;
}

function rowOf(group: Group, measures: readonly Measure[], buckets: number | undefined): AnalysisRow {
  const row: AnalysisRow = {
    ...{ key: group.key, label: group.label, values: valuesOf(group, measures), sessions: group.sessions.size },
  };
  if (group.detail !== undefined) row.detail = group.detail;
  if (group.settings !== undefined) row.settings = group.settings;
  if (buckets === undefined) return row;
  row.series = {};
  for (const measure of measures) {
    if (measure.as !== 'sum') continue;
    const series = group.series.get(sourceOf(measure)) ?? new Array<number>(buckets).fill(0);
    row.series[measure.key] = series.map((value) => told(measure, value));
  }
  return row;
}

/** What nothing is known of is absent. */
function valuesOf(group: Group, measures: readonly Measure[]): Record<string, number> {
  const values: Record<string, number> = {};
  for (const measure of measures) {
    const value = numberOf(group, measure);
    if (value !== undefined) values[measure.key] = told(measure, value);
  }
  return values;
}

function numberOf(group: Group, measure: Measure): number | undefined {
  const name = sourceOf(measure);
  switch (measure.as) {
    case 'sum':
      return group.sums.get(name);
    case 'max':
      return group.maxima.get(name);
    case 'share': {
      const per = group.sums.get(measure.per ?? '') ?? 0;
      return per === 0 ? undefined : (group.sums.get(name) ?? 0) / per;
    }
    case 'p50':
      return percentile(group.samples.get(name) ?? [], 0.5);
    case 'p95':
      return percentile(group.samples.get(name) ?? [], 0.95);
    default:
      return measure.as satisfies never;
  }
}

function told({ unit }: Measure, value: number): number {
  return unit === 'usd' ? usdOfNanos(value) : value;
}

function sourceOf({ key, of }: Measure): string {
  return of ?? key;
}
