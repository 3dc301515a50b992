import { wholeRange } from './identity.ts';

/** Events that Claude Code sends as logs; each is a stream of its own in Loki. */
export type EventName =
  | 'api_error'
  | 'api_refusal'
  | 'api_request'
  | 'api_retries_exhausted'
  | 'compaction'
  | 'hook_execution_complete'
  | 'mcp_server_connection'
  | 'permission_mode_changed'
  | 'plugin_loaded'
  | 'skill_activated'
  | 'subagent_completed'
  | 'tool_decision'
  | 'tool_result'
  | 'user_prompt';

export interface EventsOptions {
  name: EventName | readonly EventName[];
  /** Further pipeline stages, such as `| success="false"`. */
  where?: string;
}

export interface CountOptions extends EventsOptions {
  by?: readonly string[];
  range?: string;
  offset?: string;
}

/** The events themselves: `{…} | …`. */
export function events({ name, where = '' }: EventsOptions): string {
  const names = typeof name === 'string' ? `="${name}"` : `=~"${name.join('|')}"`;
  return `{service_name="claude-code", event_name${names}}${where ? ` ${where}` : ''}`;
}

/** How many. */
export function countOf({ by, range, offset, ...what }: CountOptions): string {
  return grouped('sum', by, `count_over_time(${events(what)} ${window(range, offset)})`);
}

/** A numeric attribute added up. An event without a number there is left out, not an error. */
export function sumOf({ field, by, range, offset, ...what }: CountOptions & { field: string }): string {
  return grouped('sum', by, `sum_over_time(${unwrapped(what, field)} ${window(range, offset)})`);
}

/** The largest value of a numeric attribute. */
export function maxOf({ field, by, range, offset, ...what }: CountOptions & { field: string }): string {
  return grouped('max', by, `max_over_time(${unwrapped(what, field)} ${window(range, offset)})`);
}

/** The value that a share `quantile` of the events stays below. */
export function quantileOf({
  quantile,
  field,
  by = [],
  range,
  offset,
  ...what
}: CountOptions & { field: string; quantile: number }): string {
  return `quantile_over_time(${quantile}, ${unwrapped(what, field)} ${window(range, offset)}) by (${by.join(', ')})`;
}

function unwrapped(what: EventsOptions, field: string): string {
  return `${events(what)} | unwrap ${field} | __error__=""`;
}

function window(range = wholeRange, offset?: string): string {
  return `[${range}]${offset ? ` offset ${offset}` : ''}`;
}

function grouped(how: 'sum' | 'max', by: readonly string[] = [], expression: string): string {
  return `${how} ${by.length > 0 ? `by (${by.join(', ')}) ` : ''}(${expression})`;
}
