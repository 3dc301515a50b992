import { alarm, course, number, rows } from '../panels.ts';
import { eventsNow, eventsRows, math, now, nowRows, over } from '../queries.ts';
import { chosenTotal } from '../query/chosen.ts';
import { wholeRange } from '../query/identity.ts';
import { metrics } from '../query/metrics.ts';
import { costOfEvents, tokensOfEvents } from '../query/reconciliation.ts';
import { modelScope } from '../query/scope.ts';
import { growthOf, lossCounters, signals } from '../query/scraped.ts';
import { createDashboard } from './dashboard.ts';
import { missing } from './missing.ts';

const collector = (...names: string[]) => now(growthOf('otel-collector', ...names));
const each = (how: (counter: string) => string) =>
  Object.values(metrics)
    .map((name) => `(${how(name)} or vector(0))`)
    .join(' + ');
const live =
  'Sessions that still run differ by what they have not exported yet. Lasting differences: a refused and retried request is in the metrics only.';

export const pipeline = createDashboard({
  uid: 'telltale-pipeline',
  title: 'Pipeline health',
  description: 'Whether everything that clients sent has arrived, and whether two independent ways agree on it.',
  from: 'now-24h',
  panels: [
    number({
      ...{ question: 'Do metrics and events agree on the money?', missing: missing.metrics, width: 12, height: 5 },
      ...{ unit: 'dollars', decimals: 6, description: live },
      queries: [
        now(chosenTotal({ metric: 'cost' }), 'metrics').refId('A'),
        eventsNow(costOfEvents({ where: modelScope }), 'events').refId('B'),
        math('$A - $B', 'difference'),
      ],
    }),
    number({
      ...{ question: 'Do metrics and events agree on the tokens?', missing: missing.metrics, width: 12, height: 5 },
      ...{ unit: 'count', decimals: 0, description: live },
      queries: [
        now(chosenTotal({ metric: 'tokens' }), 'metrics').refId('A'),
        eventsNow(tokensOfEvents({ where: modelScope }), 'events').refId('B'),
        math('$A - $B', 'difference'),
      ],
    }),
    rows({
      ...{
        question: 'Which sessions do they disagree on?',
        missing: 'None: both tell the same of every session',
        width: 12,
      },
      description: live,
      join: 'session_id',
      steps: [
        {
          id: 'calculateField',
          options: {
            alias: 'Difference',
            mode: 'binary',
            binary: {
              left: { matcher: { id: 'byName', options: 'Value' } },
              operator: '-',
              right: { matcher: { id: 'byName', options: 'Value #B' } },
            },
          },
        },
        {
          id: 'filterByValue',
          options: {
            type: 'include',
            match: 'any',
            filters: [
              { fieldName: 'Difference', config: { id: 'greater', options: { value: 1e-6 } } },
              { fieldName: 'Difference', config: { id: 'lower', options: { value: -1e-6 } } },
              // Known to one of the two only.
              { fieldName: 'Value', config: { id: 'isNull', options: {} } },
              { fieldName: 'Value #B', config: { id: 'isNull', options: {} } },
            ],
          },
        },
      ],
      queries: [
        nowRows(chosenTotal({ metric: 'cost', by: ['session_id'] }), 'A'),
        eventsRows(costOfEvents({ where: modelScope, by: ['session_id'] }), 'B'),
      ],
      columns: [
        { field: 'session_id', name: 'Session', width: 320 },
        { field: 'Value', name: 'Metrics', unit: 'dollars', decimals: 6 },
        { field: 'Value #B', name: 'Events', unit: 'dollars', decimals: 6 },
        { field: 'Difference', name: 'Difference', unit: 'dollars', decimals: 6 },
      ],
      sortBy: 'Difference',
    }),
    course({
      ...{ question: 'How full are the collector’s queues?', missing: missing.stack, width: 12, unit: 'share' },
      queries: [
        over(
          'max by (exporter, data_type) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)',
          '{{exporter}} {{data_type}}',
        ),
      ],
    }),
    alarm({
      ...{ question: 'How much did a destination refuse for good?', missing: missing.stack, width: 6, unit: 'count' },
      description: 'Records that Prometheus, Loki or Telltale answered with an error that no retry heals.',
      queries: [collector(...lossCounters.refused)],
    }),
    alarm({
      ...{ question: 'How much found a queue full?', missing: missing.stack, width: 6, unit: 'count' },
      queries: [collector(...lossCounters.noRoom)],
    }),
    alarm({
      ...{ question: 'How much did the collector refuse?', missing: missing.stack, width: 6, unit: 'count' },
      description: 'Clients repeat what was refused, for ten seconds.',
      queries: [collector(...signals('otelcol_receiver_refused'))],
    }),
    alarm({
      ...{ question: 'How much did Loki and Prometheus discard?', missing: missing.none, width: 6, unit: 'count' },
      queries: [
        now(growthOf('loki', 'loki_discarded_samples_total'), 'Loki').refId('A'),
        now(
          growthOf(
            'prometheus',
            'prometheus_tsdb_too_old_samples_total',
            'prometheus_tsdb_out_of_bound_samples_total',
            'prometheus_tsdb_wal_writes_failed_total',
          ),
          'Prometheus',
        ).refId('B'),
      ],
    }),
    alarm({
      ...{ question: 'What did Telltale reject or refuse?', missing: missing.stack, width: 6, unit: 'count' },
      queries: [
        now(growthOf('telltale', 'telltale_events_rejected_total'), 'rejected').refId('A'),
        now(growthOf('telltale', 'telltale_requests_refused_total'), 'refused').refId('B'),
        now(growthOf('telltale', 'telltale_spool_dropped_total'), 'dropped').refId('C'),
      ],
    }),
    alarm({
      ...{
        question: 'Are there counters that cannot be added up exactly?',
        missing: missing.none,
        width: 6,
        unit: 'count',
      },
      description:
        'Series without the label that the collector adds, cumulative series that began anew, and amounts that are none (below 0 or endless), which no total counts. All must be 0.',
      queries: [
        now(
          each((name) => `count(last_over_time(${name}{temporality=""}[${wholeRange}]))`),
          'unlabelled',
        ).refId('A'),
        now(
          each((name) => `count(resets(${name}{temporality="cumulative"}[${wholeRange}]) > 0)`),
          'began anew',
        ).refId('B'),
        now(
          each((name) => `count(last_over_time(${name}{temporality="none"}[${wholeRange}]))`),
          'no amount',
        ).refId('C'),
      ],
    }),
    number({
      ...{ question: 'Which parts are up?', missing: missing.stack, width: 6, unit: 'count' },
      queries: [now('min by (job) (up)', '{{job}}')],
    }),
    number({
      ...{ question: 'How much has the collector taken in?', missing: missing.stack, width: 6, unit: 'count' },
      queries: [
        now(growthOf('otel-collector', 'otelcol_receiver_accepted_metric_points'), 'points').refId('A'),
        now(growthOf('otel-collector', 'otelcol_receiver_accepted_log_records'), 'events').refId('B'),
        now(growthOf('otel-collector', 'otelcol_receiver_accepted_spans'), 'spans').refId('C'),
      ],
    }),
  ],
});
