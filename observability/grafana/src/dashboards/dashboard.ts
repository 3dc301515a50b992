import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as sdk from '@grafana/grafana-foundation-sdk/dashboard';
import { stepOfDay } from '../query/days.ts';
import { knownSessions } from '../query/identity.ts';
import { metrics } from '../query/metrics.ts';
import { chosenSessions } from '../query/scope.ts';

export interface DashboardOptions {
  uid: `telltale-${string}`;
  title: string;
  description: string;
  /** Beginning of the time range, such as `now-6d/d`. */
  from: string;
  /** How often it asks again; seldom where a month is added up. */
  refresh?: '30s' | '5m';
  panels: readonly cog.Builder<sdk.Panel>[];
  /** Variables beside those that every dashboard has. */
  variables?: readonly cog.Builder<sdk.VariableModel>[];
}

/** Every dashboard is cut in the time zone of Grafana's default, which is TELLTALE_TZ. */
export function createDashboard(options: DashboardOptions): sdk.Dashboard {
  const builder = new sdk.DashboardBuilder(options.title)
    .uid(options.uid)
    .description(options.description)
    .tags(['telltale'])
    .timezone('')
    .editable()
    .time({ from: options.from, to: 'now' })
    .refresh(options.refresh ?? '30s')
    .timepicker(new sdk.TimePickerBuilder().refreshIntervals(['10s', '30s', '1m', '5m', '15m', '1h']))
    .tooltip(sdk.DashboardCursorSync.Crosshair)
    .link(
      new sdk.DashboardLinkBuilder('Telltale')
        .type(sdk.DashboardLinkType.Dashboards)
        .tags(['telltale'])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .link(
      new sdk.DashboardLinkBuilder('Live feed')
        .type(sdk.DashboardLinkType.Link)
        .url(`$\{telltale:raw}`)
        .targetBlank(true),
    )
    .variables([...commonVariables(), ...(options.variables ?? [])]);
  for (const [index, panel] of options.panels.entries()) {
    builder.withPanel({ build: () => ({ ...panel.build(), id: index + 1 }) });
  }
  return builder.build();
}

/** A line of text that a person types; `.*` is everything. */
export function textVariable(name: string, label: string, description: string) {
  return new sdk.TextBoxVariableBuilder(name)
    .label(label)
    .description(description)
    .defaultValue('.*')
    .current({ text: '.*', value: '.*' });
}

function commonVariables() {
  return [
    choice('project', 'Project', values(`group by (project) (${knownSessions()})`), '/project="([^"]*)"/'),
    choice('user', 'User', values(`group by (user) (${knownSessions()})`), '/user="([^"]*)"/'),
    choice('model', 'Model', `label_values(${metrics.tokens}, model_base)`),
    textVariable('session', 'Session', 'The id of one session, or .* for all'),
    query('sessions', values(chosenSessions), '/session_id="([^"]*)"/')
      .hide(sdk.VariableHide.HideVariable)
      .multi(true)
      .includeAll(true)
      .current({ text: 'All', value: ['$__all'] }),
    query('telltale', 'label_values(telltale_info, public_url)').hide(sdk.VariableHide.HideVariable),
    query('bar', values(stepOfDay), '/day_step="([^"]*)"/')
      .hide(sdk.VariableHide.HideVariable)
      .description('Days are put together from steps this long: an hour, or a part of one where the time zone needs it')
      .current({ text: '15m', value: '15m' }),
  ];
}

function choice(name: string, label: string, definition: string, regex = '') {
  return query(name, definition, regex)
    .label(label)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .sort(sdk.VariableSort.AlphabeticalCaseInsensitiveAsc)
    .current({ text: 'All', value: ['$__all'] });
}

function query(name: string, definition: string, regex = '') {
  return new sdk.QueryVariableBuilder(name)
    .datasource({ type: 'prometheus', uid: 'prometheus' })
    .definition(definition)
    .query({ query: definition, refId: name })
    .regex(regex)
    .refresh(sdk.VariableRefresh.OnTimeRangeChanged);
}

function values(expression: string): string {
  return `query_result(${expression})`;
}
