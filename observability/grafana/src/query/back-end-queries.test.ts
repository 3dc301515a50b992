import { lokiQueries, prometheusQueries, tokenKinds } from '@telltale/core/reconciliation/queries';
import { expect, it } from 'vitest';
import { sumOf } from './events.ts';
import { total } from './total.ts';

// The service asks the same questions as the dashboards, without importing what makes dashboards.
const asked = { sessionIds: ['11b2d0b6-fac0', 'a.b|"c"\\d'], rangeMs: 5_400_000 };
const regex = '11b2d0b6-fac0|a\\\\.b\\\\|\\"c\\"\\\\\\\\d';

it('asks Prometheus for totals as the dashboards do', () => {
  const filter = `session_id=~"${regex}"`;
  expect(prometheusQueries(asked)).toEqual({
    cost: total({ metric: 'cost', by: ['session_id'], filter, range: '5400000ms' }),
    tokens: total({ metric: 'tokens', by: ['session_id', 'type'], filter, range: '5400000ms' }),
  });
});

it('asks Loki for sums as the dashboards do', () => {
  const sum = (field: string) =>
    sumOf({ name: 'api_request', field, by: ['session_id'], where: `| session_id=~"${regex}"`, range: '5400000ms' });
  expect(lokiQueries(asked)).toEqual({
    cost: sum('cost_usd'),
    ...Object.fromEntries(Object.entries(tokenKinds).map(([kind, field]) => [kind, sum(field)])),
  });
});

it('escapes what no query may hold as it is', () => {
  const { cost } = lokiQueries({ sessionIds: ['a\0b\n\x7f'], rangeMs: 1 });
  expect(cost).toContain('session_id=~"a\\\\x00b\\\\x0a\\\\x7f"');
});
