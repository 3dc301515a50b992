import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { panelsOf, queriesOf } from './queries-in.ts';

const shownAs: Readonly<Record<string, string>> = {
  stat: 'a number',
  table: 'a table',
  bargauge: 'bars',
  barchart: 'bars over days',
  timeseries: 'curves',
  piechart: 'parts of a whole',
  logs: 'lines',
};
const sources = { prometheus: 'metrics', loki: 'events' } as const;

const begin = '<!-- generated: npm run dashboards -w observability -->\n';

/** docs/dashboards.md, with every panel as the question that it answers behind its marker. */
export function withDashboards(page: string, dashboards: readonly Dashboard[]): string {
  const place = page.indexOf(begin);
  if (place < 0) throw new Error('docs/dashboards.md has no place for the dashboards');
  return `${page.slice(0, place)}${begin}\n${dashboards.map(section).join('\n')}`;
}

function section(dashboard: Dashboard): string {
  const rows = panelsOf(dashboard).map((panel) => row(panel, dashboard));
  const head = ['| question | from | shown as | |', '| --- | --- | --- | --- |'];
  return [`## ${dashboard.title}`, '', dashboard.description ?? '', '', ...head, ...rows, ''].join('\n');
}

function row(panel: Panel, dashboard: Dashboard): string {
  const languages = queriesOf('', { ...dashboard, panels: [panel] }).map(({ language }) => sources[language]);
  const shown = shownAs[panel.type];
  if (shown === undefined) throw new Error(`dashboards-page.ts has no words for a panel of type ${panel.type}`);
  return `| ${panel.title} | ${[...new Set(languages)].join(', ')} | ${shown} | ${panel.description ?? ''} |`.replaceAll(
    '|  |',
    '| |',
  );
}
