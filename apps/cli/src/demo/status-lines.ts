import { contextWindowOf } from '@telltale/core';
import { requestsOf, type ToldRequest } from './requests.ts';
import type { Told } from './told.ts';

/** What Claude Code would have given a status line on stdin, after a request of the main agent. */
export interface ToldStatusLine {
  atMs: number;
  input: Record<string, unknown>;
}

const hour = 60 * 60_000;
const cacheMs = 5 * 60_000;
/** What a person of the demo may spend in each window, in dollars; both have begun before now and go on after it. */
const windows = {
  five_hour: { lengthMs: 5 * hour, begunMs: 2 * hour, allowedUsd: 4 },
  seven_day: { lengthMs: 7 * 24 * hour, begunMs: 4 * 24 * hour, allowedUsd: 14 },
} as const;

/** How much of the usage limits each person had used at a time. */
export type LimitsAt = (user: string, atMs: number) => Record<string, { used_percentage: number; resets_at: number }>;

export function limitsOf(sessions: readonly Told[], nowMs: number): LimitsAt {
  const spent = new Map<string, ToldRequest[]>();
  for (const told of sessions) spent.set(told.user, [...(spent.get(told.user) ?? []), ...requestsOf(told)]);
  return (user, atMs) =>
    Object.fromEntries(
      Object.entries(windows).map(([name, { lengthMs, begunMs, allowedUsd }]) => {
        const anchorMs = nowMs - begunMs;
        const fromMs = anchorMs + Math.floor((atMs - anchorMs) / lengthMs) * lengthMs;
        const inWindow = spent.get(user)?.filter((one) => one.atMs >= fromMs && one.atMs <= atMs) ?? [];
        const usd = inWindow.reduce((sum, { costNanos }) => sum + costNanos, 0) / 1e9;
        const used = Math.min(97, Math.round((usd / allowedUsd) * 1000) / 10);
        return [name, { used_percentage: used, resets_at: Math.round((fromMs + lengthMs) / 1000) }];
      }),
    );
}

export function statusLinesOf(told: Told, limitsAt: LimitsAt): ToldStatusLine[] {
  const requests = requestsOf(told);
  const own = requests.filter(({ agentId }) => agentId === undefined);
  let misses = 0;
  return own.map(({ atMs, model, tokens }, index) => {
    if (tokens.cacheRead === 0) misses += 1;
    const held = tokens.input + tokens.cacheRead + tokens.cacheCreation;
    const soFar = requests.filter((one) => one.atMs <= atMs).reduce((sum, { costNanos }) => sum + costNanos, 0);
    return {
      atMs,
      input: {
        session_id: told.sessionId,
        model: { id: model },
        cost: { total_cost_usd: soFar / 1e9 },
        context_window: {
          context_window_size: contextWindowOf(model, held),
          current_usage: {
            ...{ input_tokens: tokens.input, output_tokens: tokens.output },
            ...{ cache_read_input_tokens: tokens.cacheRead, cache_creation_input_tokens: tokens.cacheCreation },
          },
        },
        prompt_cache: {
          ...{ warm: true, ttl: '5m', expires_at: Math.round((atMs + cacheMs) / 1000) },
          ...{ requests: index + 1, misses, hit_ratio: (index + 1 - misses) / (index + 1) },
          recache_tokens_if_cold: held,
        },
        rate_limits: limitsAt(told.user, atMs),
      },
    };
  });
}
