import { calendar, course, number, ranking, rows, shares } from '../panels.ts';
import { eventsNow, eventsOver, eventsRows, now, overRows } from '../queries.ts';
import {
  cacheHitRatio,
  chosenBars,
  chosenCount,
  chosenMax,
  chosenQuantile,
  chosenSum,
  chosenTotal,
  top,
} from '../query/chosen.ts';
import { createDashboard } from './dashboard.ts';
import { missing } from './missing.ts';

/** What a request sent: all its input tokens, read from the cache, written to it, or neither. */
const contextSize =
  '| label_format context="{{ add (int .input_tokens) (int .cache_read_tokens) (int .cache_creation_tokens) }}"';
/** Requests that wrote more to the cache than they found in it. */
const coldCache =
  '| label_format cold="{{ if gt (int .cache_creation_tokens) (int .cache_read_tokens) }}yes{{ else }}no{{ end }}" | cold="yes"';
const agent = '{{query_source}}';

export const context = createDashboard({
  uid: 'telltale-context',
  title: 'Context',
  description: 'How large conversations grow, what compaction saves, and what a cold cache costs.',
  from: 'now-24h',
  panels: [
    number({
      ...{ question: 'How much of the input came from the cache?', missing: missing.metrics, width: 6 },
      ...{ unit: 'share', decimals: 1, queries: [now(cacheHitRatio())] },
    }),
    number({
      ...{ question: 'How often was a conversation compacted?', missing: missing.none, width: 6, unit: 'count' },
      queries: [eventsNow(chosenCount({ name: 'compaction' }))],
    }),
    number({
      ...{ question: 'How many tokens did compaction save?', missing: missing.none, width: 6, unit: 'tokens' },
      queries: [
        eventsNow(
          `${chosenSum({ name: 'compaction', field: 'pre_tokens' })} - ${chosenSum({ name: 'compaction', field: 'post_tokens' })}`,
        ),
      ],
    }),
    number({
      ...{ question: 'How many tokens were written to a cold cache?', missing: missing.none, width: 6, unit: 'tokens' },
      color: 'orange',
      description:
        'Written by requests that found less in the cache than they had to write: first requests, and returns after a pause.',
      queries: [eventsNow(chosenSum({ name: 'api_request', where: coldCache, field: 'cache_creation_tokens' }))],
    }),
    course({
      ...{ question: 'How large are contexts? (half, and 19 of 20, are smaller)', missing: missing.events, width: 12 },
      unit: 'tokens',
      queries: [0.5, 0.95].map((quantile, index) =>
        eventsOver(
          chosenQuantile({
            ...{ name: 'api_request', where: contextSize, field: 'context', quantile },
            ...{ by: ['model'], range: '$__interval' },
          }),
          `{{model}} ${quantile === 0.5 ? 'half' : '19 of 20'}`,
        ).refId('AB'.charAt(index)),
      ),
    }),
    rows({
      ...{ question: 'Which sessions grew largest?', missing: missing.events, width: 12 },
      queries: [
        eventsRows(
          top(
            20,
            chosenMax({ name: 'api_request', where: contextSize, field: 'context', by: ['session_id', 'model'] }),
          ),
        ),
      ],
      columns: [
        { field: 'session_id', name: 'Session', width: 320 },
        { field: 'model', name: 'Model' },
        { field: 'Value #A', name: 'Tokens', unit: 'tokens' },
      ],
      sortBy: 'Tokens',
    }),
    calendar({
      ...{ question: 'Which kinds of tokens came each day?', missing: missing.metrics, width: 12, unit: 'tokens' },
      ...{ by: 'type', queries: [overRows(chosenBars({ metric: 'tokens', by: ['type'] }))] },
    }),
    shares({
      ...{ question: 'Who asked for the input?', missing: missing.metrics, width: 6, unit: 'tokens' },
      description: 'main: the conversation; subagent; auxiliary: titles, summaries and compaction.',
      queries: [
        now(
          chosenTotal({ metric: 'tokens', by: ['query_source'], filter: 'type=~"input|cacheRead|cacheCreation"' }),
          agent,
        ),
      ],
    }),
    ranking({
      ...{
        question: 'How well does the cache work for each model?',
        missing: missing.metrics,
        width: 6,
        unit: 'share',
      },
      ...{ decimals: 1, queries: [now(cacheHitRatio(['model_base']), '{{model_base}}')] },
    }),
    rows({
      ...{ question: 'How did compactions go?', missing: missing.none, width: 12 },
      queries: [
        eventsRows(chosenCount({ name: 'compaction', by: ['session_id'] }), 'A'),
        eventsRows(chosenSum({ name: 'compaction', field: 'pre_tokens', by: ['session_id'] }), 'B'),
        eventsRows(chosenSum({ name: 'compaction', field: 'post_tokens', by: ['session_id'] }), 'C'),
        eventsRows(chosenMax({ name: 'compaction', field: 'duration_ms', by: ['session_id'] }), 'D'),
      ],
      join: 'session_id',
      columns: [
        { field: 'session_id', name: 'Session', width: 320 },
        { field: 'Value #A', name: 'Times', unit: 'count' },
        { field: 'Value #B', name: 'Tokens before', unit: 'tokens' },
        { field: 'Value #C', name: 'Tokens after', unit: 'tokens' },
        { field: 'Value #D', name: 'Longest', unit: 'milliseconds' },
      ],
    }),
    rows({
      ...{ question: 'Which sessions wrote most to a cold cache?', missing: missing.none, width: 12 },
      queries: [
        eventsRows(
          top(
            20,
            chosenSum({ name: 'api_request', where: coldCache, field: 'cache_creation_tokens', by: ['session_id'] }),
          ),
          'A',
        ),
        eventsRows(chosenCount({ name: 'api_request', where: coldCache, by: ['session_id'] }), 'B'),
      ],
      join: 'session_id',
      columns: [
        { field: 'session_id', name: 'Session', width: 320 },
        { field: 'Value #A', name: 'Tokens written', unit: 'tokens' },
        { field: 'Value #B', name: 'Requests', unit: 'count' },
      ],
      sortBy: 'Tokens written',
    }),
  ],
});
