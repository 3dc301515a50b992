import type { PlacedQuery } from '@telltale/observability/grafana/queries-in.ts';
import { type Filling, filledIn } from '@telltale/observability/query/grafana-variables.ts';
import { loglines, logql, promql, type Sample } from '../stack/queries.ts';
import type { Stack } from '../stack/stack.ts';

export interface Asked extends Filling {
  fromMs: number;
  toMs: number;
  intervalS: number;
}

/** What a panel gets for a query: one sample per series, or per series and step; for lines one sample each. */
export async function ask(stack: Stack, query: PlacedQuery, asked: Asked): Promise<Sample[]> {
  const text = filledIn(query.text, asked);
  const { fromMs, toMs } = asked;
  if (query.isLines) {
    return (await loglines(stack.loki, text, fromMs, toMs)).map(({ labels }) => ({ labels, value: 1 }));
  }
  if (query.isInstant) {
    return query.language === 'loki' ? logql(stack.loki, text, toMs) : promql(stack.prometheus, text, toMs);
  }
  return steps(stack, query.language, text, asked);
}

/** A range query: a sample for each series and step, with the step's time as the label `at`. */
export async function steps(
  stack: Stack,
  language: 'prometheus' | 'loki',
  query: string,
  { fromMs, toMs, intervalS }: Asked,
): Promise<(Sample & { at: number })[]> {
  const step = intervalS * 1000;
  // As Grafana does: the beginning is moved to a whole step.
  const parameters = new URLSearchParams({
    ...{ query, step: String(intervalS) },
    ...{ start: String((Math.floor(fromMs / step) * step) / 1000), end: String(toMs / 1000) },
  });
  const url = language === 'loki' ? `${stack.loki}/loki/api/v1/query_range` : `${stack.prometheus}/api/v1/query_range`;
  const response = await (language === 'loki'
    ? fetch(`${url}?${parameters}`)
    : fetch(url, { method: 'POST', body: parameters }));
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}\n${query}`);
  const { data } = JSON.parse(text) as {
    data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
  };
  return data.result.flatMap(({ metric, values }) =>
    values.map(([at, value]) => ({ labels: metric, value: Number(value), at: at * 1000 })),
  );
}
