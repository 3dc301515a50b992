import { type AlertName, ruleOf } from '@telltale/core/alerts';
import type { Query } from '../panels.ts';
import { math, now } from '../queries.ts';

export interface AlertOptions {
  /** One sentence with Grafana's templates: `{{ .Labels.user }}`, `{{ .Values.A }}`. */
  summary: string;
  /** What is compared with the threshold is named A; the others lead to it. */
  queries: readonly Query[];
}

/** One rule as Grafana's provisioning reads it. */
export interface AlertRule {
  uid: string;
  title: string;
  condition: string;
  for: string;
  noDataState: 'OK';
  execErrState: 'Error';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  data: { refId: string; datasourceUid: string; relativeTimeRange: { from: number; to: number }; model: object }[];
}

/**
 * A rule of core's table in Grafana's words: fires where something is above its threshold. Without the threshold there
 * is nothing to compare with: no data, which is fine, so the rule is off. Templates name `.Labels` and `.Values`,
 * because provisioning reads a `$` as a variable.
 */
export function alertRule(threshold: AlertName, { summary, queries }: AlertOptions): AlertRule {
  const { title, severity, lastingMinutes, runbook, variable, meaning } = ruleOf(threshold);
  const limit = now(`max (last_over_time(telltale_threshold{alert="${threshold}"}[1h]))`).refId('limit');
  const condition = math('$A > $limit', 'condition');
  return {
    uid: `telltale-${threshold.replaceAll('_', '-')}`,
    title,
    condition: 'condition',
    for: lastingMinutes === 0 ? '0s' : `${lastingMinutes}m`,
    noDataState: 'OK',
    execErrState: 'Error',
    labels: { severity, threshold },
    annotations: {
      summary,
      runbook,
      description: `${variable} sets the limit: ${meaning}.`,
    },
    data: [...queries, limit, condition].map((query) => dataOf(query)),
  };
}

function dataOf(query: Query): AlertRule['data'][number] {
  const model = query.build() as { refId?: string; datasource?: { uid?: string } };
  const { refId, datasource } = model;
  if (!refId || !datasource?.uid)
    throw new Error(`a query of an alert has no name or no source: ${JSON.stringify(model)}`);
  // Each query names its own range; this one only says when "now" is.
  return { refId, datasourceUid: datasource.uid, relativeTimeRange: { from: 600, to: 0 }, model };
}
