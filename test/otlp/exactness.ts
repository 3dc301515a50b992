import { filledIn } from '@telltale/observability/query/grafana-variables.ts';
import type { Metric } from '@telltale/observability/query/metrics.ts';
import { total } from '@telltale/observability/query/total.ts';
import { expect } from 'vitest';
import { promql } from '../stack/queries.ts';
import type { Ledger } from './ledger.ts';

/** The attribute that the ledger groups by, and the label that a dashboard groups by. */
const groupings: { attributes: string[]; labels: string[] }[] = [
  { attributes: [], labels: [] },
  { attributes: ['session.id'], labels: ['session_id'] },
  { attributes: ['model'], labels: ['model'] },
  { attributes: ['user.email'], labels: ['user'] },
  { attributes: ['project'], labels: ['project'] },
  { attributes: ['project', 'model'], labels: ['project', 'model'] },
];

const counted: Partial<Record<Metric, string>> = {
  cost: 'claude_code.cost.usage',
  tokens: 'claude_code.token.usage',
  sessions: 'claude_code.session.count',
  lines: 'claude_code.lines_of_code.count',
};

export interface Range {
  /** (from, to], milliseconds. */
  from: number;
  to: number;
}

/** Asks as the dashboards do, and compares with the truth: the same groups, whole numbers equal, dollars to a micro-dollar. */
export async function expectExact(prometheus: string, experiment: string, ledger: Ledger, range: Range): Promise<void> {
  for (const [metric, name] of Object.entries(counted) as [Metric, string][]) {
    for (const { attributes, labels } of groupings) {
      const truth = ledger.totals({ metric: name, by: attributes, ...range });
      const shown = await shownTotals(prometheus, { metric, by: labels, experiment, range });
      const what = `${metric} by ${labels.join(', ') || 'nothing'} of ${experiment}`;
      expect(rounded(shown, metric), what).toEqual(rounded(truth, metric));
    }
  }
}

export interface ShownQuery {
  metric: Metric;
  by?: readonly string[];
  experiment: string;
  range: Range;
}

/** What a panel shows for a range. */
export async function shownTotals(prometheus: string, query: ShownQuery): Promise<Map<string, number>> {
  const { metric, by = [], experiment, range } = query;
  const text = total({ metric, by, filter: `experiment="${experiment}"` });
  const samples = await promql(prometheus, filledIn(text, { fromMs: range.from, toMs: range.to }), range.to);
  return new Map(samples.map(({ labels, value }) => [by.map((label) => labels[label] ?? '').join('|'), value]));
}

/** The grand total, 0 where nothing is shown. */
export async function shownTotal(prometheus: string, query: Omit<ShownQuery, 'by'>): Promise<number> {
  return (await shownTotals(prometheus, query)).get('') ?? 0;
}

/** Half a micro-dollar is the most that adding floats may differ; tokens, sessions and lines are whole. Zero is nothing. */
function rounded(totals: Map<string, number>, metric: Metric): Record<string, number> {
  const digits = metric === 'cost' ? 6 : 3;
  return Object.fromEntries(
    [...totals]
      .map(([group, value]) => [group, Number(value.toFixed(digits))] as const)
      .filter(([, value]) => value !== 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
