import { alarm, course, lines, number, rows, stacked } from '../panels.ts';
import { eventLines, eventsNow, eventsOver, eventsRows } from '../queries.ts';
import { chosenCount, chosenEvents, chosenQuantile } from '../query/chosen.ts';
import { createDashboard } from './dashboard.ts';
import { missing } from './missing.ts';

const bar = '$__interval';

export const apiHealth = createDashboard({
  uid: 'telltale-api',
  title: 'API health',
  description: 'How fast the API answers, and how often it does not.',
  from: 'now-24h',
  panels: [
    number({
      ...{ question: 'How many requests were answered?', missing: missing.events, width: 6, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'api_request' }))],
    }),
    alarm({
      ...{ question: 'How many requests failed?', missing: missing.none, width: 6, unit: 'count' },
      description: 'Counted once a request is given up: what a retry healed is not here.',
      queries: [eventsNow(chosenCount({ name: 'api_error' }))],
    }),
    alarm({
      ...{ question: 'How often were all retries used up?', missing: missing.none, width: 6, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'api_retries_exhausted' }))],
    }),
    alarm({
      ...{ question: 'How many requests were refused?', missing: missing.none, width: 6, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'api_refusal' }))],
    }),
    course({
      ...{ question: 'How long do answers take? (half, and 19 of 20, are faster)', missing: missing.events, width: 12 },
      unit: 'milliseconds',
      queries: [0.5, 0.95].map((quantile, index) =>
        eventsOver(
          chosenQuantile({ name: 'api_request', field: 'duration_ms', quantile, by: ['model'], range: bar }),
          `{{model}} ${quantile === 0.5 ? 'half' : '19 of 20'}`,
        ).refId('AB'.charAt(index)),
      ),
    }),
    course({
      ...{ question: 'How long until the first token? (19 of 20 are faster)', missing: missing.events, width: 12 },
      unit: 'milliseconds',
      description: 'Clients since 2.1.3xx tell it; older ones do not.',
      queries: [
        eventsOver(
          chosenQuantile({ name: 'api_request', field: 'ttft_ms', quantile: 0.95, by: ['model'], range: bar }),
          '{{model}}',
        ),
      ],
    }),
    stacked({
      ...{
        question: 'Which models were asked when?',
        missing: missing.events,
        width: 12,
        unit: 'count',
        interval: '5m',
      },
      queries: [eventsOver(chosenCount({ name: 'api_request', by: ['model'], range: bar }), '{{model}}')],
    }),
    stacked({
      ...{ question: 'When did which errors come?', missing: missing.none, width: 12, unit: 'count', interval: '5m' },
      queries: [
        eventsOver(chosenCount({ name: 'api_error', by: ['status_code'], range: bar }), 'HTTP {{status_code}}'),
      ],
    }),
    rows({
      ...{ question: 'How does each model fare?', missing: missing.events, width: 12, join: 'model' },
      queries: [
        eventsRows(chosenCount({ name: 'api_request', by: ['model'] }), 'A'),
        eventsRows(chosenQuantile({ name: 'api_request', field: 'duration_ms', quantile: 0.5, by: ['model'] }), 'B'),
        eventsRows(chosenQuantile({ name: 'api_request', field: 'duration_ms', quantile: 0.95, by: ['model'] }), 'C'),
        eventsRows(chosenCount({ name: 'api_error', by: ['model'] }), 'D'),
      ],
      columns: [
        { field: 'model', name: 'Model' },
        { field: 'Value #A', name: 'Answers', unit: 'count' },
        { field: 'Value #B', name: 'Median', unit: 'milliseconds' },
        { field: 'Value #C', name: '19 of 20 below', unit: 'milliseconds' },
        { field: 'Value #D', name: 'Failed', unit: 'count' },
      ],
      sortBy: 'Answers',
    }),
    lines({
      ...{ question: 'Which errors came last?', missing: missing.none, width: 12 },
      queries: [
        eventLines(
          `${chosenEvents({ name: ['api_error', 'api_retries_exhausted', 'api_refusal'] })} | line_format "{{.event_name}} {{.model}} {{.status_code}} {{.error}} {{.session_id}}"`,
          200,
        ),
      ],
    }),
  ],
});
