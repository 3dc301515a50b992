import { team } from '@telltale/observability/grafana/dashboards/team.ts';
import { queriesOf } from '@telltale/observability/grafana/queries-in.ts';
import { filledIn } from '@telltale/observability/query/grafana-variables.ts';
import { describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { promtoolTest, type Series } from './promtool.ts';

// A sample each 6 hours from day 0 on; asked on day 20, of the last 20 days.
const perDay = 4;
const day = 24 * 3_600_000;
const heard = (from: number, to: number, value: number | string = 1) =>
  `${'_ '.repeat(from * perDay)}${value}x${(to - from) * perDay}`;

const info = (user: string, session = `${user}-1`) =>
  `telltale_session_info{session_id="${session}",project="shop",user="${user}",host="desk"}`;
const counter = (name: string, user: string) =>
  `claude_code_${name}_total{session_id="${user}-1",user_email="${user}",temporality="cumulative",start_ms="1",model_base="m"}`;

const series: Series = {
  // Only hooks, and gone since day 10; with another session since, not gone.
  [info('hooks-only')]: heard(5, 10),
  [info('hooks-still')]: heard(5, 10),
  [info('hooks-still', 'another')]: heard(18, 20),
  // A session is told for a day after its last event, so this person was last heard of before day 17.
  [info('hooks-three-days')]: heard(12, 17.75),
  [counter('active_time_seconds', 'active-only')]: heard(5, 10, '10+10'),
  [counter('session_count', 'began-only')]: heard(5, 6),
  [counter('cost_usage_USD', 'spender')]: heard(5, 10, 2),
  // Their process still runs and exports, but nothing has grown.
  [counter('cost_usage_USD', 'idle')]: heard(5, 20, 3),
  [counter('cost_usage_USD', 'busy')]: heard(5, 20, '3+1'),
  // Spent something, and since then only hooks are heard, by the name that telemetry gave the session.
  [counter('cost_usage_USD', 'telemetry-broke')]: heard(5, 10, 4),
  [info('name-on-the-machine', 'telemetry-broke-1')]: heard(5, 20),
};

describe.skipIf(!(await requiresStack()))('who fell silent', () => {
  const expr = filledIn(
    queriesOf('team', team).find(({ place }) => place.includes('Who fell silent?'))?.text ?? '',
    // Asked on day 20.
    { fromMs: 0, toMs: 20 * day },
  );
  const judged = (people: Record<string, number>) =>
    promtoolTest({
      ...{ interval: '6h', series },
      promql_expr_test: [
        {
          ...{ expr, eval_time: '20d' },
          exp_samples: Object.entries(people).map(([user, value]) => ({ labels: `{user="${user}"}`, value })),
        },
      ],
    });
  const silent = {
    ...{ 'hooks-only': 0, 'hooks-three-days': 0, 'active-only': 0, 'began-only': 0 },
    ...{ spender: 2, idle: 3 },
  };

  it('is everyone of whom nothing was heard for three days, whatever told of them before', async () => {
    expect(await judged(silent)).toBe('');
  });

  it('is not who is still heard of: the control finds one of them missing', async () => {
    expect(await judged({ ...silent, busy: 3 })).toContain('FAILED');
  });
});
