import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { filledIn } from './grafana-variables.ts';
import { bars, total } from './total.ts';

const cost = 'claude_code_cost_usage_USD_total';

describe('total', () => {
  it('is the last value minus the last one before, and the sum of the delta points', () => {
    expect(total({ metric: 'cost', by: ['model_base'], filter: 'effort="high"', range: '1h' })).toBe(
      'sum by (model_base) ((' +
        `last_over_time(${cost}{temporality="cumulative",effort="high"}[1h]) - ` +
        `(last_over_time(${cost}{temporality="cumulative",effort="high"}[7d] offset 1h) or ` +
        `last_over_time(${cost}{temporality="cumulative",effort="high"}[1h]) * 0)) or ` +
        `sum_over_time(${cost}{temporality="delta",effort="high"}[1h]))`,
    );
  });

  it('covers the range of the panel unless told otherwise', () => {
    expect(total({ metric: 'cost' })).toBe(total({ metric: 'cost', range: `$\{__range_ms}ms` }));
    expect(total({ metric: 'cost' })).toMatch(/^sum \(/);
  });

  it('ends at a given time', () => {
    expect(total({ metric: 'cost', range: '25h', endMs: 1_793_000_000_000 })).toBe(
      `sum ((last_over_time(${cost}{temporality="cumulative"}[25h] @ 1793000000) - ` +
        `(last_over_time(${cost}{temporality="cumulative"}[7d] @ 1793000000 offset 25h) or ` +
        `last_over_time(${cost}{temporality="cumulative"}[25h] @ 1793000000) * 0)) or ` +
        `sum_over_time(${cost}{temporality="delta"}[25h] @ 1793000000))`,
    );
  });

  it('asks hooks for the project and the user, and only then', () => {
    for (const by of [['project'], ['user', 'session_id']]) {
      expect(total({ metric: 'tokens', by })).toContain('telltale_session_info');
    }
    expect(total({ metric: 'tokens', by: ['session_id', 'type'] })).not.toContain('telltale_session_info');
  });

  it('draws a bar at its beginning and none behind the end', () => {
    const text = bars({ metric: 'cost', by: ['model_base'] });
    expect(text).toContain('[$__interval] offset -$__interval');
    expect(text).toContain('[7d]) or');
    expect(text).toContain(`and on () (vector(time()) < $\{__to} / 1000)`);
  });

  it('never extrapolates', () => {
    expect(total({ metric: 'cost', by: ['project'] }) + bars({ metric: 'cost' })).not.toMatch(/increase|rate/);
  });

  it.each([
    total({ metric: 'cost' }),
    total({ metric: 'cost', by: ['project', 'model_base'], filter: 'type="input"' }),
    total({ metric: 'tokens', by: ['user', 'session_id'], range: '24h' }),
    total({ metric: 'tokens', by: ['project'], range: '25h', endMs: 1_793_000_000_000 }),
    bars({ metric: 'tokens', by: ['type'] }),
    bars({ metric: 'sessions', by: ['project'] }),
  ])('is PromQL: %s', (text) => {
    const errors: string[] = [];
    const plain = filledIn(text);
    parser.parse(plain).iterate({
      enter: (node) => {
        if (node.type.isError) errors.push(plain.slice(node.from - 20, node.to + 20));
      },
    });
    expect(errors).toEqual([]);
  });
});
