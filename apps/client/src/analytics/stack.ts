import type { Analysis, AnalysisRow } from '@telltale/core/analysis';

/** As many rows get a colour of their own; what is left is one more. */
const mostColours = 6;

export interface Layer {
  /** Key of the row; absent for what is left. */
  key: string | undefined;
  label: string;
  /** Which look it has, counted from 1. */
  series: number;
  values: readonly number[];
}

/** Rows of an analysis over time as layers of a chart, the greatest at the bottom. `hidden`: keys that were switched off. */
export function layersOf(
  { rows, buckets = [] }: Pick<Analysis, 'rows' | 'buckets'>,
  measure: string,
  hidden: ReadonlySet<string> = new Set(),
): Layer[] {
  const isOwn = (row: AnalysisRow, index: number) => index < mostColours && row.isRest === undefined;
  const own = rows.filter(isOwn);
  const rest = rows.filter((row, index) => !isOwn(row, index) && !hidden.has(row.key));
  const numbers = seriesOf(rows);
  const layers = own.flatMap(({ key, label, series }) =>
    hidden.has(key) ? [] : [{ key, label, series: numbers.get(key) ?? restSeries, values: series?.[measure] ?? [] }],
  );
  if (rest.length === 0) return layers;
  const values = buckets.map((_, at) => rest.reduce((sum, { series }) => sum + (series?.[measure]?.[at] ?? 0), 0));
  return [...layers, { key: undefined, label: 'others', series: restSeries, values }];
}

export const restSeries = mostColours + 1;

/** The series of rows. By name, not by rank: a model keeps its colour in every chart, and when another overtakes it. */
export function seriesOf(rows: readonly AnalysisRow[]): ReadonlyMap<string, number> {
  const own = rows.slice(0, mostColours).filter(({ isRest }) => isRest === undefined);
  const names = own.map(({ key }) => key).sort();
  return new Map(names.map((key, index) => [key, index + 1]));
}

/** Each layer on top of those before it. */
export function stacked(layers: readonly Layer[]): number[][] {
  const sums: number[] = [];
  return layers.map(({ values }) =>
    values.map((value, index) => {
      sums[index] = (sums[index] ?? 0) + value;
      return sums[index];
    }),
  );
}
