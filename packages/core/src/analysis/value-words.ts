import { costWords } from '../cost-words.ts';
import { countWords, durationWords, moneyWords, shareWords } from '../words.ts';
import type { AnalysisRow, MeasureView } from './view.ts';

/** A number as people read it; what is not known is a dash. */
export function valueWords({ unit }: Pick<MeasureView, 'unit'>, value: number | undefined): string {
  if (value === undefined) return '–';
  switch (unit) {
    case 'usd':
      return value === 0 ? '$0' : moneyWords(value);
    case 'tokens':
      return countWords(value);
    case 'count':
      return count(value);
    case 'ms':
      return durationWords(value);
    case 'share':
      return shareWords(value);
    default:
      return unit satisfies never;
  }
}

/** The same of a row or of all: a cost says with its sign whether it is estimated, or lacks what has no price. */
export function measureWords(
  measure: Pick<MeasureView, 'key' | 'unit'>,
  values: Readonly<Record<string, number>>,
): string {
  return measure.key === 'costUsd' ? costWords(values) : valueWords(measure, values[measure.key]);
}

/** Columns that say something in these rows: a column of zeros helps nobody. */
export function toldMeasures(measures: readonly MeasureView[], rows: readonly AnalysisRow[]): MeasureView[] {
  return measures.filter(({ key }, index) => index === 0 || rows.some(({ values }) => (values[key] ?? 0) !== 0));
}

/** How much of the money is estimated or without a request, in words; empty where all of it is certain. */
export function doubtsOf({ costUsd = 0, estimatedUsd = 0, unattributedUsd = 0, unpriced = 0 }: Record<string, number>) {
  const shareOf = (part: number) => shareWords(costUsd === 0 ? 0 : part / costUsd);
  return [
    ...(estimatedUsd > 0 ? [`${shareOf(estimatedUsd)} is estimated from transcripts`] : []),
    ...(unattributedUsd > 0 ? [`${shareOf(unattributedUsd)} is known from the metric alone`] : []),
    ...(unpriced > 0 ? [`${count(unpriced)} ${unpriced === 1 ? 'request has' : 'requests have'} no price`] : []),
  ].join(' · ');
}

/** "1,204": thousands apart. */
function count(value: number): string {
  return value.toLocaleString('en-US');
}
