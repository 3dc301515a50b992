import { describe, expect, it } from 'vitest';
import { parseStatusLine } from './status-line.ts';

const receivedAt = '2026-11-21T19:30:01.000Z';
const at = '2026-11-21T19:30:00.500Z';
const context = { id: 'x', receivedAt, at, origin: { user: 'ada', host: 'ws' } };
const told = {
  session_id: 's1',
  cwd: '/home/ada/shop',
  model: { id: 'claude-opus-4-8', display_name: 'Opus' },
  cost: { total_cost_usd: 0.25, total_duration_ms: 1 },
  context_window: {
    context_window_size: 200_000,
    total_input_tokens: 9,
    current_usage: {
      input_tokens: 10,
      output_tokens: 99,
      cache_creation_input_tokens: 2_000,
      cache_read_input_tokens: 48_000,
    },
    used_percentage: 25,
  },
  prompt_cache: {
    warm: true,
    ttl: '5m',
    expires_at: 1_795_289_700,
    requests: 3,
    misses: 1,
    hit_ratio: 0.6,
    recache_tokens_if_cold: 50_000,
  },
  rate_limits: {
    five_hour: { used_percentage: 23.5, resets_at: 1_795_300_000 },
    seven_day: { used_percentage: 41 },
    some_month: { used_percentage: 3 },
  },
};

describe('what a status line is given', () => {
  it('becomes context, cache, cost and usage limits, and no text of it is kept', () => {
    const resetsAt = new Date(1_795_300_000_000).toISOString();
    expect(parseStatusLine(told, context)).toEqual({
      sessionId: 's1',
      status: {
        at,
        context: { tokens: 50_010, windowTokens: 200_000 },
        cache: {
          isWarm: true,
          expiresAt: new Date(1_795_289_700_000).toISOString(),
          requests: 3,
          misses: 1,
          hitRatio: 0.6,
          recacheTokens: 50_000,
        },
        costUsd: 0.25,
      },
      quotas: [
        { window: 'five_hour', usedPercent: 23.5, resetsAt, at, user: 'ada', host: 'ws' },
        { window: 'seven_day', usedPercent: 41, at, user: 'ada', host: 'ws' },
      ],
    });
  });

  it('says nothing of the context before the first answer, and nothing of what is not as expected', () => {
    const odd = {
      session_id: 's1',
      context_window: { context_window_size: 200_000, current_usage: null, used_percentage: null },
      prompt_cache: 'warm',
      cost: { total_cost_usd: -1 },
      rate_limits: { five_hour: { used_percentage: '23' }, seven_day: [] },
    };
    expect(parseStatusLine(odd, { id: 'x', receivedAt })).toEqual({
      sessionId: 's1',
      status: { at: receivedAt },
      quotas: [],
    });
  });

  it('is refused without a session', () => {
    expect(parseStatusLine({ ...told, session_id: '' }, context)).toEqual({
      rejected: 'session_id is missing',
      at: 'session_id',
    });
    expect(parseStatusLine([told], context)).toMatchObject({ rejected: expect.stringContaining('JSON object') });
  });
});
