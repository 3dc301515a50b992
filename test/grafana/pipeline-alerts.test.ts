import type { ThresholdName } from '@telltale/core/thresholds';
import { alertRules } from '@telltale/observability/grafana/alerts/rules.ts';
import { expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { promtoolTest, type Series } from './promtool.ts';

interface Case {
  rule: ThresholdName;
  limit?: number;
  series: Series;
  /** Labels of what fires, after so many minutes. */
  fires: Record<string, Record<string, string>[]>;
}

const queue = (what: string, { exporter = 'otlp_http/loki', type = 'logs' } = {}) =>
  `otelcol_exporter_queue_${what}{exporter="${exporter}",data_type="${type}",instance="c:8888",job="otel-collector"}`;
const up = (job: string) => `up{job="${job}",instance="${job}:1"}`;
const loki = { exporter: 'otlp_http/loki', data_type: 'logs' };

const cases: Record<string, Case> = {
  'a queue that only grows fires long before it is full': {
    ...{ rule: 'queue_waiting', limit: 0 },
    series: { [queue('size')]: '0x40 100+100x160', [queue('capacity')]: '1000000x200' },
    // It grows from minute 10 on; ten minutes later all of the last ten saw it waiting, and five more it must last.
    fires: { '19m': [], '24m': [], '28m': [loki], '45m': [loki] },
  },
  'a queue that is emptied between its looks does not': {
    ...{ rule: 'queue_waiting', limit: 0 },
    series: { [queue('size')]: `${'500000x20 0 '.repeat(9)}0`, [queue('capacity')]: '1000000x200' },
    fires: { '20m': [], '30m': [], '45m': [] },
  },
  'a queue that waits with less than the limit does not, one with more does': {
    ...{ rule: 'queue_waiting', limit: 2 },
    series: {
      [queue('size')]: '10000x200',
      [queue('size', { exporter: 'otlp_http/telltale' })]: '30000x200',
      [queue('capacity')]: '1000000x200',
      [queue('capacity', { exporter: 'otlp_http/telltale' })]: '1000000x200',
    },
    fires: { '30m': [{ exporter: 'otlp_http/telltale', data_type: 'logs' }] },
  },
  'a queue is nobody’s alert where no limit is set': {
    rule: 'queue_waiting',
    series: { [queue('size')]: '500000x200', [queue('capacity')]: '1000000x200' },
    fires: { '45m': [] },
  },
  'a part that answers no more, and one that is gone, fire; one that was never there does not': {
    ...{ rule: 'part_down', limit: 5 },
    series: {
      [up('loki')]: '1x120 0x120',
      [up('otel-collector')]: '1x120 _x120',
      [up('telltale')]: '1x240',
      [up('prometheus')]: '1x240',
      [up('tempo')]: '0x240',
    },
    // Down since minute 30. A series that ends is taken for alive for five minutes more.
    fires: { '30m': [], '35m': [], '40m': [{ job: 'loki' }], '50m': [{ job: 'loki' }, { job: 'otel-collector' }] },
  },
  'a part that restarts does not': {
    ...{ rule: 'part_down', limit: 5 },
    series: { [up('loki')]: '1x120 0x16 1x100' },
    fires: { '33m': [], '34m': [], '36m': [], '50m': [] },
  },
  'a machine that slept has nothing down when it wakes': {
    ...{ rule: 'part_down', limit: 5 },
    series: { [up('loki')]: '1x40 _x1200 1x40', [up('prometheus')]: '1x40 _x1200 1x40' },
    fires: { '311m': [], '315m': [] },
  },
  'a part that is down is nobody’s alert where no limit is set': {
    rule: 'part_down',
    series: { [up('loki')]: '1x40 0x120' },
    fires: { '40m': [] },
  },
};

it.skipIf(!(await requiresStack())).each(Object.entries(cases))('%s', async (_, one) => {
  expect(await judged(one)).toBe('');
});

it.skipIf(!(await requiresStack()))('would say so if an alert did not fire', async () => {
  const { fires: _, ...grows } = cases['a queue that only grows fires long before it is full'] as Case;
  expect(await judged({ ...grows, fires: { '45m': [] } })).toContain('FAILED');
});

/** What promtool has against it: it runs the rule as Grafana would, once a minute, with the time that it must last. */
function judged({ rule: name, limit, series, fires }: Case): Promise<string> {
  const rule = alertRules.find(({ labels }) => labels.threshold === name);
  const queryOf = (refId: string) =>
    (rule?.data.find((query) => query.refId === refId)?.model as { expr?: string } | undefined)?.expr;
  const expr = `(${queryOf('A')}) > on () group_left () (${queryOf('limit')})`;
  const told = limit === undefined ? {} : { [`telltale_threshold{alert="${name}"}`]: `${limit}x1400` };
  return promtoolTest({
    ...{ interval: '15s', rules: [{ alert: 'it', expr, for: rule?.for }] },
    series: { ...series, ...told },
    alert_rule_test: Object.entries(fires).map(([eval_time, all]) => ({
      ...{ eval_time, alertname: 'it' },
      exp_alerts: all.map((exp_labels) => ({ exp_labels })),
    })),
  });
}
