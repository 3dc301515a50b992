import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { AlertRule } from './alerts/rule.ts';

/** A query where it stands: which data source is asked what, and by whom. */
export interface PlacedQuery {
  /** Dashboard or rule, question, name of the query. */
  place: string;
  language: 'prometheus' | 'loki';
  text: string;
  isInstant: boolean;
  /** True where log lines are asked for, not numbers. */
  isLines: boolean;
}

interface Target {
  refId?: string;
  expr?: string;
  instant?: boolean;
  datasource?: { uid?: string };
}

export function panelsOf(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row');
}

export function queriesOf(name: string, dashboard: Dashboard): PlacedQuery[] {
  return panelsOf(dashboard).flatMap((panel) =>
    (panel.targets as Target[]).flatMap((target) => placed(`${name}: ${panel.title}`, target, panel.type)),
  );
}

export function alertQueries(rule: AlertRule): PlacedQuery[] {
  return rule.data.flatMap(({ model }) => placed(`alert: ${rule.title}`, model as Target, 'alert'));
}

/** The queries of a dashboard's variables. */
export function variableQueries(name: string, dashboard: Dashboard): PlacedQuery[] {
  return (dashboard.templating?.list ?? []).flatMap((variable) => {
    const text = (variable.query as { query?: string } | undefined)?.query?.match(/^query_result\((.*)\)$/s)?.[1];
    return text
      ? placed(
          `${name}: $${variable.name}`,
          { expr: text, instant: true, datasource: { uid: 'prometheus' } },
          'variable',
        )
      : [];
  });
}

function placed(
  place: string,
  { refId = 'A', expr, instant = false, datasource }: Target,
  type: string,
): PlacedQuery[] {
  const language = datasource?.uid;
  if (!expr || (language !== 'prometheus' && language !== 'loki')) return [];
  const isLines = language === 'loki' && expr.startsWith('{');
  return [{ place: `${place} (${type}, ${refId})`, language, text: expr, isInstant: instant, isLines }];
}
