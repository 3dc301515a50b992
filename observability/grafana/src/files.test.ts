import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertNames, ruleOf } from '@telltale/core/alerts';
import { describe, expect, it } from 'vitest';
import { alertRules, grafanaAlerts } from './alerts/rules.ts';
import { withDashboards } from './dashboards-page.ts';
import { dashboards, generatedFiles } from './files.ts';
import { alertQueries, panelsOf, queriesOf, variableQueries } from './queries-in.ts';
import { filledIn } from './query/grafana-variables.ts';
import { withAlerts } from './readme.ts';
import { syntaxErrors } from './syntax.ts';

const folder = join(import.meta.dirname, '..');
const all = Object.entries(dashboards);
const queries = [
  ...all.flatMap(([name, dashboard]) => [...queriesOf(name, dashboard), ...variableQueries(name, dashboard)]),
  ...alertRules.flatMap(alertQueries),
];

it('what is committed is what the TypeScript says; after a change: npm run dashboards -w observability', () => {
  for (const [path, text] of Object.entries(generatedFiles()))
    expect(readFileSync(join(folder, path), 'utf8'), path).toBe(text);
  expect(readdirSync(join(folder, 'dashboards')).sort()).toEqual(all.map(([name]) => `${name}.json`).sort());
});

it('the README names every alert, docs/dashboards.md every question', () => {
  const readme = readFileSync(join(folder, '../README.md'), 'utf8');
  expect(withAlerts(readme)).toBe(readme);
  const page = readFileSync(join(folder, '../../docs/dashboards.md'), 'utf8');
  expect(withDashboards(page, Object.values(dashboards))).toBe(page);
});

describe('every query', () => {
  it('is many', () => expect(queries.length).toBeGreaterThan(150));

  it('would not parse if it were broken', () => {
    expect(syntaxErrors('prometheus', 'sum by (a) (last_over_time(b[5m])')).not.toEqual([]);
    expect(syntaxErrors('loki', '{a="b"} | unwrap c [5m]')).not.toEqual([]);
  });

  it.each(queries)('parses: $place', ({ language, text }) => {
    expect(syntaxErrors(language, filledIn(text))).toEqual([]);
  });

  it.each(queries)('does not extrapolate a counter of the client: $place', ({ text }) => {
    expect(text).not.toMatch(/\b(increase|rate|irate|delta)\s*\(\s*(claude_code_|\{__name__=~"claude_code)/);
    // What a counter of the client counted comes from the one macro, which names both temporalities.
    const reads = text.match(/claude_code_\w+_total\{/g)?.length ?? 0;
    if (reads > 0) expect(text).toMatch(/temporality="(cumulative|delta|none)?"/);
  });
});

describe.each(all)('the dashboard %s', (_, dashboard) => {
  const panels = panelsOf(dashboard);

  it('has at most 12 panels, none over another or beyond the edge', () => {
    expect(panels.length).toBeGreaterThan(4);
    expect(panels.length).toBeLessThanOrEqual(12);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } = { x: 0, y: 0, w: 0, h: 0 } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect((gridPos?.x ?? 0) + (gridPos?.w ?? 0)).toBeLessThanOrEqual(24);
  });

  it.each(panels.map((panel) => [panel.title, panel] as const))(
    'asks a question and says what is missing: %s',
    (title, panel) => {
      expect(title).toMatch(/^[A-Z].*\?( \(.*\))?$/);
      expect(panel.fieldConfig?.defaults.noValue?.length ?? 0).toBeGreaterThan(10);
      expect(panel.targets?.length).toBeGreaterThan(0);
    },
  );

  it('puts days together from steps that no narrow panel makes longer', () => {
    for (const { transformations = [], interval, maxDataPoints } of panels) {
      if (transformations[0]?.id === 'formatTime') expect([interval, maxDataPoints]).toEqual(['$bar', 10_000]);
    }
  });

  it('has every variable that it uses', () => {
    const names = (dashboard.templating?.list ?? []).map(({ name }) => name);
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name);
    // $A and $B are queries of a panel; what begins with two underscores is Grafana's.
    expect(used.filter((name) => !names.includes(name ?? ''))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['project', 'user', 'model', 'session']));
  });
});

describe('the alert rules', () => {
  it('are in the order of the table, and one for each row that the service cannot judge', () => {
    expect(alertRules.map(({ labels }) => labels.threshold)).toEqual(
      alertNames.filter((name) => Object.hasOwn(grafanaAlerts, name)),
    );
    const unjudged = alertNames.filter((name) => ruleOf(name).evaluate === undefined);
    expect(alertRules.map(({ labels }) => labels.threshold)).toEqual(expect.arrayContaining(unjudged));
    expect(unjudged.length).toBeGreaterThan(3);
  });

  it.each(alertRules.map((rule) => [rule.title, rule] as const))(
    'says how bad, how long and what to do: %s',
    (_, rule) => {
      expect(rule.labels.severity).toMatch(/^(info|warning|critical)$/);
      expect(rule.for).toMatch(/^\d+[sm]$/);
      expect(rule.annotations.runbook?.length ?? 0).toBeGreaterThan(30);
      expect(rule.annotations.summary).toBeTruthy();
      expect(rule.uid.length).toBeLessThanOrEqual(40);
      // Provisioning would read it as a variable of the environment.
      expect(JSON.stringify([rule.title, rule.labels, rule.annotations])).not.toContain('$');
      // A condition takes numbers, so every query is instant.
      for (const { isInstant } of alertQueries(rule)) expect(isInstant).toBe(true);
    },
  );

  it.each(alertRules.map((rule) => [rule.title, rule] as const))('is off without its threshold: %s', (_, rule) => {
    const condition = rule.data.at(-1)?.model as { expression: string };
    expect(condition.expression).toBe('$A > $limit');
    expect(rule.noDataState).toBe('OK');
  });
});
