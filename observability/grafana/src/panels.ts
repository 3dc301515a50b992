import * as barchart from '@grafana/grafana-foundation-sdk/barchart';
import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as logs from '@grafana/grafana-foundation-sdk/logs';
import * as piechart from '@grafana/grafana-foundation-sdk/piechart';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { sessionEvents, sessionPage } from './links.ts';

/** Shapes of panels. Each answers the question that is its title; `missing` says what is lacking when it is empty. */
export interface PanelOptions {
  question: string;
  missing: string;
  width: number;
  height?: number;
  unit?: Unit;
  decimals?: number;
  description?: string;
  /** Another time than the dashboard's, such as `now/d`. */
  time?: string;
  queries: readonly Query[];
}

export type Query = cog.Builder<cog.Dataquery>;

const units = {
  dollars: 'currencyUSD',
  tokens: 'short',
  count: 'short',
  share: 'percentunit',
  seconds: 's',
  milliseconds: 'ms',
} as const;

type Unit = keyof typeof units;

/** One number, or a few beside each other. */
export function number(options: PanelOptions & { color?: string }) {
  return framed(new stat.PanelBuilder(), { height: 4, ...options })
    .reduceOptions(lastValue(options))
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .colorScheme(fixed(options.color ?? 'text'));
}

/** A number that is fine at 0 and red above. */
export function alarm(options: PanelOptions) {
  return framed(new stat.PanelBuilder(), { height: 4, ...options })
    .reduceOptions(lastValue(options))
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds))
    .thresholds(steps([null, 'green'], [1e-9, 'red']));
}

/** Which one has how much: horizontal bars. */
export function ranking(options: PanelOptions) {
  return framed(new bargauge.PanelBuilder(), options)
    .reduceOptions(lastValue(options))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .valueMode(common.BarGaugeValueMode.Text)
    .min(0)
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassicByName));
}

/** Parts of a whole. */
export function shares(options: PanelOptions) {
  return framed(new piechart.PanelBuilder(), options)
    .reduceOptions(lastValue(options))
    .pieType(piechart.PieChartType.Donut)
    .legend(
      new piechart.PieChartLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Right)
        .showLegend(true)
        .values([piechart.PieChartLegendValues.Value, piechart.PieChartLegendValues.Percent]),
    )
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassicByName));
}

/** How something went over time: lines. */
export function course(options: PanelOptions) {
  return framed(new timeseries.PanelBuilder(), options)
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Auto)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassicByName))
    .min(0);
}

/** How much per interval: stacked bars that add up to the total. */
export function stacked(options: PanelOptions & { interval: string }) {
  return (
    course(options)
      .interval(options.interval)
      .drawStyle(common.GraphDrawStyle.Bars)
      // Our bars stand at their beginning, Loki's at their end.
      .barAlignment(options.queries.some(isLoki) ? common.BarAlignment.Before : common.BarAlignment.After)
      .lineWidth(1)
      .fillOpacity(70)
      .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))
  );
}

/**
 * How much per day: hours, or parts of one, put together by Grafana in the dashboard's time zone (TELLTALE_TZ), so that
 * a day has 23 or 25 hours when the clock changes. The query is in table format with the labels `Time`, `by` and `Value`.
 */
export function calendar(options: PanelOptions & { by: string }) {
  return framed(new barchart.PanelBuilder(), options)
    .interval('$bar')
    .maxDataPoints(mostSteps)
    .withTransformation({
      id: 'formatTime',
      options: { timeField: 'Time', outputFormat: periods.day, useTimezone: true },
    })
    .withTransformation({
      id: 'groupBy',
      options: { fields: { Time: grouping, [options.by]: grouping, Value: summing } },
    })
    .withTransformation({
      id: 'groupingToMatrix',
      options: { rowField: 'Time', columnField: options.by, valueField: 'Value (sum)', emptyValue: 'zero' },
    })
    .stacking(common.StackingMode.Normal)
    .showValue(common.VisibilityMode.Never)
    .fillOpacity(80)
    .lineWidth(0)
    .xTickLabelSpacing(80)
    .legend(legend())
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassicByName));
}

/** How many different ones per day or week. */
export function distinct(options: PanelOptions & { of: 'day' | 'week'; what: string }) {
  return framed(new barchart.PanelBuilder(), options)
    .interval('$bar')
    .maxDataPoints(mostSteps)
    .withTransformation({
      id: 'formatTime',
      options: { timeField: 'Time', outputFormat: periods[options.of], useTimezone: true },
    })
    .withTransformation({
      id: 'groupBy',
      options: { fields: { Time: grouping, [options.what]: grouping, Value: summing } },
    })
    .withTransformation({
      id: 'groupBy',
      options: { fields: { Time: grouping, [options.what]: { aggregations: ['count'], operation: 'aggregate' } } },
    })
    .showValue(common.VisibilityMode.Auto)
    .fillOpacity(80)
    .lineWidth(0)
    .xTickLabelSpacing(80)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(false)
        .displayMode(common.LegendDisplayMode.Hidden)
        .placement(common.LegendPlacement.Bottom)
        .calcs([]),
    );
}

/** Columns of a table, by the name of the field that the query gives. */
interface Column {
  field: string;
  name: string;
  unit?: Unit;
  decimals?: number;
  width?: number;
}

export interface TableOptions extends PanelOptions {
  columns: readonly Column[];
  /** The label that rows of several queries share. */
  join?: string;
  sortBy?: string;
  /** Further steps, before the columns are named. */
  steps?: readonly dashboard.DataTransformerConfig[];
}

/** Rows with names. A column named `Session` opens its page in Telltale, or its events here. */
export function rows({ columns, join, sortBy, steps: further = [], ...options }: TableOptions) {
  const panel = framed(new table.PanelBuilder(), options);
  if (join) panel.withTransformation({ id: 'joinByField', options: { byField: join, mode: 'outer' } });
  for (const step of further) panel.withTransformation(step);
  panel.withTransformation({
    id: 'organize',
    options: {
      includeByName: Object.fromEntries(columns.map(({ field }) => [field, true])),
      indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
      renameByName: Object.fromEntries(columns.map(({ field, name }) => [field, name])),
    },
  });
  for (const { name, unit, decimals, width } of columns) {
    const properties: dashboard.DynamicConfigValue[] = [];
    if (unit) properties.push({ id: 'unit', value: units[unit] });
    if (decimals !== undefined) properties.push({ id: 'decimals', value: decimals });
    if (width) properties.push({ id: 'custom.width', value: width });
    if (name === 'Session')
      properties.push({ id: 'links', value: [sessionPage(`$\{__value.raw}`), sessionEvents(`$\{__value.raw}`)] });
    if (properties.length > 0) panel.overrideByName(name, properties);
  }
  if (sortBy) panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  return panel.cellHeight(common.TableCellHeight.Sm);
}

/** Log lines with what they carry. */
export function lines(options: PanelOptions) {
  return framed(new logs.PanelBuilder(), options)
    .showTime(true)
    .showLabels(false)
    .enableLogDetails(true)
    .prettifyLogMessage(false)
    .wrapLogMessage(true)
    .sortOrder(common.LogsSortOrder.Descending)
    .dedupStrategy(common.LogsDedupStrategy.None);
}

/** What all builders of panels have; the SDK gives them no common type. */
interface AnyPanel {
  title(title: string): unknown;
  noValue(text: string): unknown;
  description(text: string): unknown;
  span(width: number): unknown;
  height(height: number): unknown;
  unit(unit: string): unknown;
  decimals(decimals: number): unknown;
  timeFrom(time: string): unknown;
  targets(targets: Query[]): unknown;
  datasource(source: common.DataSourceRef): unknown;
}

function framed<Panel extends AnyPanel>(panel: Panel, options: PanelOptions): Panel {
  panel.title(options.question);
  panel.noValue(options.missing);
  panel.span(options.width);
  panel.height(options.height ?? 8);
  panel.targets([...options.queries]);
  panel.datasource({ type: 'datasource', uid: '-- Mixed --' });
  if (options.description) panel.description(options.description);
  if (options.unit) panel.unit(units[options.unit]);
  const decimals = options.decimals ?? (options.unit === 'dollars' ? 2 : undefined);
  if (decimals !== undefined) panel.decimals(decimals);
  if (options.time) panel.timeFrom(options.time);
  return panel;
}

/** Or Grafana would take longer steps where a panel is narrow, and days would be cut somewhere. Prometheus allows 11,000. */
const mostSteps = 10_000;

const periods = { day: 'YYYY-MM-DD', week: 'GGGG-[W]WW' } as const;
const grouping = { aggregations: [], operation: 'groupby' };
const summing = { aggregations: ['sum'], operation: 'aggregate' };

function isLoki(query: Query): boolean {
  return (query.build() as { datasource?: common.DataSourceRef }).datasource?.type === 'loki';
}

// Loki's answer to an instant query is one table with a row per series, Prometheus' a frame per series.
function lastValue({ queries }: PanelOptions) {
  const isTable = queries.some(isLoki);
  return new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(isTable).limit(25);
}

function legend() {
  return new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .calcs([]);
}

function fixed(color: string) {
  return new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Fixed).fixedColor(color);
}

function steps(...all: readonly [number | null, string][]) {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(all.map(([value, color]) => ({ value, color })));
}
