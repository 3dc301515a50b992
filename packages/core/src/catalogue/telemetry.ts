import type { Outcome } from '../event.ts';
import { type Fields, numericAt, rowOf, textAt } from '../fields.ts';
import { countWords, durationWords, firstLine, moneyWords, oneLine, plural } from '../words.ts';
import { promptSummary } from './prompt.ts';
import type { Tone } from './row.ts';
import { toolLabel } from './tools.ts';

/** What Telltale knows about one event of Claude Code's telemetry. */
export interface TelemetryRow {
  /** The event in words. */
  label: string;
  tone: Tone;
  summary: (payload: Fields, toolName?: string) => string;
  outcome?: (payload: Fields) => Outcome | undefined;
  /** What the client tells of itself: no session by itself, one line for many in the feed, kept for days only. */
  isBookkeeping?: true;
}

const failed = (): Outcome => 'failed';
const bySuccess = (payload: Fields): Outcome | undefined => {
  const told = String(payload.success ?? '');
  return told === 'true' ? 'ok' : told === 'false' ? 'failed' : undefined;
};

/** One row per event that the client is known to send (2.1.197 to 2.1.329). A new event is one row here. */
export const telemetryCatalogue = {
  user_prompt: {
    label: 'prompt',
    tone: 'quiet',
    summary: (payload) => {
      const prompt = textAt(payload, 'prompt');
      if (prompt !== undefined && prompt !== '<REDACTED>') return promptSummary(prompt);
      return `prompt of ${plural(numericAt(payload, 'prompt_length') ?? 0, 'character')}`;
    },
  },
  assistant_response: {
    label: 'answer',
    tone: 'quiet',
    summary: (payload) => {
      const text = textAt(payload, 'response');
      if (text !== undefined && text !== '<REDACTED>') return firstLine(text, 160);
      return `answer of ${plural(numericAt(payload, 'response_length') ?? 0, 'character')}`;
    },
  },
  api_request: {
    label: 'API request',
    tone: 'quiet',
    summary: (payload) =>
      joined(
        textAt(payload, 'model'),
        `${amount(payload, 'input_tokens', 'cache_read_tokens', 'cache_creation_tokens')} in`,
        `${amount(payload, 'output_tokens')} out`,
        moneyOf(payload),
        durationOf(payload),
      ),
    outcome: () => 'ok',
  },
  api_error: {
    label: 'API error',
    tone: 'trouble',
    summary: (payload) => {
      const status = payload.status_code === undefined ? '' : ` ${payload.status_code}`;
      return joined(`API error${status}`, errorOf(payload), attemptOf(payload));
    },
    outcome: failed,
  },
  api_retries_exhausted: {
    label: 'API error',
    tone: 'trouble',
    summary: (payload) => {
      const attempts = numericAt(payload, 'total_attempts') ?? numericAt(payload, 'attempt');
      return joined(
        `gave up${attempts === undefined ? '' : ` after ${plural(attempts, 'attempt')}`}`,
        errorOf(payload),
      );
    },
    outcome: failed,
  },
  api_refusal: {
    label: 'refusal',
    tone: 'trouble',
    summary: (payload) => joined('the model refused', textAt(payload, 'model')),
    outcome: failed,
  },
  tool_decision: {
    label: 'permission',
    tone: 'quiet',
    summary: (payload, toolName) =>
      joined(
        `${textAt(payload, 'decision') === 'reject' ? 'refused' : 'allowed'} ${labelOf(toolName)}`,
        `by ${(textAt(payload, 'source') ?? 'unknown').replaceAll('_', ' ')}`,
      ),
    outcome: (payload) => (textAt(payload, 'decision') === 'reject' ? 'denied' : undefined),
  },
  tool_result: {
    label: 'tool result',
    tone: 'quiet',
    summary: (payload, toolName) =>
      joined(labelOf(toolName), bySuccess(payload) === 'failed' ? errorOf(payload) : undefined, durationOf(payload)),
    outcome: bySuccess,
  },
  subagent_completed: {
    label: 'subagent',
    tone: 'quiet',
    summary: (payload) =>
      joined(
        `${textAt(payload, 'agent_type') ?? 'subagent'} finished`,
        plural(numericAt(payload, 'total_tool_uses') ?? 0, 'tool'),
        durationOf(payload),
      ),
  },
  compaction: {
    label: 'compaction',
    tone: 'quiet',
    summary: (payload) =>
      joined(
        `compacted ${amount(payload, 'pre_tokens')} to ${amount(payload, 'post_tokens')} tokens`,
        textAt(payload, 'trigger'),
        durationOf(payload),
      ),
    outcome: bySuccess,
  },
  permission_mode_changed: {
    label: 'permission mode',
    tone: 'quiet',
    summary: (payload) =>
      `${textAt(payload, 'from_mode') ?? 'a permission mode'} → ${textAt(payload, 'to_mode') ?? 'another'}`,
  },
  mcp_server_connection: {
    label: 'MCP server',
    tone: 'quiet',
    summary: (payload) =>
      joined(
        `MCP server ${textAt(payload, 'server_name') ?? ''}`.trim(),
        textAt(payload, 'status'),
        errorOf(payload),
        durationOf(payload),
      ),
    outcome: (payload) => (textAt(payload, 'status') === 'failed' ? 'failed' : undefined),
  },
  internal_error: {
    label: 'client error',
    tone: 'trouble',
    summary: (payload) => joined('the client met an error', textAt(payload, 'error_name')),
    outcome: failed,
  },
  hook_registered: bookkeeping(
    'hook registered',
    (payload) => `hook for ${textAt(payload, 'hook_event') ?? 'an event'}`,
  ),
  hook_execution_start: bookkeeping('hooks start', hookWords),
  hook_execution_complete: bookkeeping('hooks done', (payload) => joined(hookWords(payload), durationOf(payload))),
  hook_plugin_metrics: bookkeeping('plugin hook', (payload) => textAt(payload, 'plugin.name') ?? 'plugin hook'),
  plugin_loaded: bookkeeping('plugin loaded', (payload) => `plugin ${textAt(payload, 'plugin.name') ?? ''}`.trim()),
  managed_settings_resolved: bookkeeping('settings', () => 'managed settings read'),
  retention_sweep: bookkeeping('retention', () => 'old transcripts swept'),
} as const satisfies Record<string, TelemetryRow>;

/** The row of an event, or none: unknown events are stored and shown generically. */
export function telemetryRow(name: string): TelemetryRow | undefined {
  return rowOf<TelemetryRow>(telemetryCatalogue, name);
}

export function describeTelemetry(name: string, payload: Fields, toolName?: string): string {
  const row = telemetryRow(name);
  if (row !== undefined) return row.summary(payload, toolName);
  const words = textAt(payload, 'body') ?? textAt(payload, 'message') ?? textAt(payload, 'error');
  return words === undefined ? name.replaceAll('_', ' ') : `${name} · ${oneLine(words, 120)}`;
}

export function outcomeOfTelemetry(name: string, payload: Fields): Outcome | undefined {
  return telemetryRow(name)?.outcome?.(payload);
}

/** What the client tells of itself rather than of the session; most of the volume. */
export function isBookkeeping(name: string): boolean {
  return telemetryRow(name)?.isBookkeeping === true;
}

/** The names, for what stores and forgets them. */
export const bookkeepingNames: readonly string[] = Object.keys(telemetryCatalogue).filter(isBookkeeping);

function bookkeeping(label: string, summary: TelemetryRow['summary']): TelemetryRow {
  return { label, tone: 'quiet', summary, isBookkeeping: true };
}

function hookWords(payload: Fields): string {
  const count = numericAt(payload, 'num_hooks') ?? 1;
  return `${plural(count, 'hook')} for ${textAt(payload, 'hook_name') ?? textAt(payload, 'hook_event') ?? 'an event'}`;
}

function labelOf(toolName: string | undefined): string {
  return toolName === undefined ? 'a tool' : toolLabel(toolName);
}

function errorOf(payload: Fields): string | undefined {
  const words = textAt(payload, 'error') ?? textAt(payload, 'error_type');
  return words === undefined ? undefined : oneLine(words, 120);
}

function attemptOf(payload: Fields): string | undefined {
  const attempt = numericAt(payload, 'attempt');
  return attempt === undefined ? undefined : `attempt ${attempt}`;
}

function durationOf(payload: Fields): string | undefined {
  const ms = numericAt(payload, 'duration_ms') ?? numericAt(payload, 'total_duration_ms');
  return ms === undefined ? undefined : durationWords(ms);
}

function moneyOf(payload: Fields): string | undefined {
  const usd = numericAt(payload, 'cost_usd');
  return usd === undefined ? undefined : moneyWords(usd);
}

function amount(payload: Fields, ...keys: readonly string[]): string {
  return countWords(keys.reduce((sum, key) => sum + (numericAt(payload, key) ?? 0), 0));
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
