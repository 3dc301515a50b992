import type { Rejection } from '../event.ts';
import { type Fields, fieldsAt, isFields, numberAt, textAt } from '../fields.ts';
import { present } from '../present.ts';
import { type Quota, type QuotaWindow, quotaWindows, type StatusLine } from '../status-line-view.ts';
import type { HookContext } from './hook.ts';

/** What is kept of one run of a status line: numbers and times, and no text but the session's id. */
export interface ToldStatus {
  sessionId: string;
  status: StatusLine;
  quotas: readonly Quota[];
}

/** The JSON that Claude Code gives a status line → what only it knows. Fields that lack, or are others, are left out. */
export function parseStatusLine(input: unknown, context: HookContext): ToldStatus | Rejection {
  if (!isFields(input)) return { rejected: 'what a status line is given is a JSON object' };
  const sessionId = textAt(input, 'session_id');
  if (sessionId === undefined) return { rejected: 'session_id is missing', at: 'session_id' };
  const at = context.at ?? context.receivedAt;
  const { user, host } = context.origin ?? {};
  return {
    sessionId,
    status: present({
      at,
      context: contextOf(fieldsAt(input, 'context_window')),
      cache: cacheOf(fieldsAt(input, 'prompt_cache')),
      costUsd: amountAt(fieldsAt(input, 'cost'), 'total_cost_usd'),
    }),
    quotas: quotasOf(fieldsAt(input, 'rate_limits')).map((quota) => ({ ...quota, at, ...present({ user, host }) })),
  };
}

/** Before the first answer there is no usage. */
function contextOf(fields: Fields | undefined): StatusLine['context'] {
  const windowTokens = countAt(fields, 'context_window_size');
  const usage = fieldsAt(fields, 'current_usage');
  if (!windowTokens || !usage) return undefined;
  const parts = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'];
  return { tokens: parts.reduce((sum, name) => sum + (countAt(usage, name) ?? 0), 0), windowTokens };
}

function cacheOf(fields: Fields | undefined): StatusLine['cache'] {
  if (typeof fields?.warm !== 'boolean') return undefined;
  return present({
    isWarm: fields.warm,
    expiresAt: timeAt(fields, 'expires_at'),
    requests: countAt(fields, 'requests'),
    misses: countAt(fields, 'misses'),
    hitRatio: amountAt(fields, 'hit_ratio'),
    recacheTokens: countAt(fields, 'recache_tokens_if_cold'),
  });
}

function quotasOf(limits: Fields | undefined): Pick<Quota, 'window' | 'usedPercent' | 'resetsAt'>[] {
  return (Object.keys(quotaWindows) as QuotaWindow[]).flatMap((window) => {
    const told = fieldsAt(limits, window);
    const usedPercent = amountAt(told, 'used_percentage');
    return usedPercent === undefined ? [] : [present({ window, usedPercent, resetsAt: timeAt(told, 'resets_at') })];
  });
}

function amountAt(fields: Fields | undefined, key: string): number | undefined {
  const value = numberAt(fields, key);
  return value !== undefined && value >= 0 ? value : undefined;
}

function countAt(fields: Fields | undefined, key: string): number | undefined {
  const value = amountAt(fields, key);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Seconds since 1970. */
function timeAt(fields: Fields | undefined, key: string): string | undefined {
  const seconds = numberAt(fields, key) ?? 0;
  return seconds > 0 && seconds < 1e10 ? new Date(seconds * 1000).toISOString() : undefined;
}
