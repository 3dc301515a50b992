import type { Tokens } from '../cost-view.ts';

/** What is asked of Prometheus and Loki: totals of sessions, over the time from their beginning to that of the query. */
export interface BackEndQuery {
  sessionIds: readonly string[];
  rangeMs: number;
}

/** The label `type` of the metric, and the attribute of the event, of each kind of token. */
export const tokenKinds: Readonly<Record<keyof Tokens, string>> = {
  input: 'input_tokens',
  output: 'output_tokens',
  cacheRead: 'cache_read_tokens',
  cacheCreation: 'cache_creation_tokens',
};

/** The same text as the dashboards' `total()`; a test beside it compares the two. */
export function prometheusQueries({ sessionIds, rangeMs }: BackEndQuery): { cost: string; tokens: string } {
  const total = (metric: string, by: string) => {
    const series = (temporality: string, window: string, offset = '') =>
      `${metric}{temporality="${temporality}",session_id=~"${anyOf(sessionIds)}"}[${window}]${offset}`;
    const range = `${rangeMs}ms`;
    const last = `last_over_time(${series('cumulative', range)})`;
    const before = `last_over_time(${series('cumulative', '7d', ` offset ${range}`)})`;
    const delta = `sum_over_time(${series('delta', range)})`;
    return `sum by (${by}) ((${last} - (${before} or ${last} * 0)) or ${delta})`;
  };
  return {
    cost: total('claude_code_cost_usage_USD_total', 'session_id'),
    tokens: total('claude_code_token_usage_tokens_total', 'session_id, type'),
  };
}

/** The same text as the dashboards' `sumOf()`. */
export function lokiQueries({ sessionIds, rangeMs }: BackEndQuery): Record<'cost' | keyof Tokens, string> {
  const sum = (field: string) =>
    `sum by (session_id) (sum_over_time({service_name="claude-code", event_name="api_request"} | session_id=~"${anyOf(sessionIds)}" | unwrap ${field} | __error__="" [${rangeMs}ms]))`;
  return {
    cost: sum('cost_usd'),
    input: sum(tokenKinds.input),
    output: sum(tokenKinds.output),
    cacheRead: sum(tokenKinds.cacheRead),
    cacheCreation: sum(tokenKinds.cacheCreation),
  };
}

/**
 * A regular expression inside a quoted string: what means something there is escaped, and its backslash again. Ids come
 * from outside: a single one with a NUL byte would have Loki refuse the question for all of them.
 */
function anyOf(ids: readonly string[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to be escaped
  return ids.map((id) => id.replace(/[\\^$.*+?()[\]{}|"\x00-\x1f\x7f]/g, escaped)).join('|');
}

function escaped(character: string): string {
  if (character < ' ' || character === '\x7f') return `\\\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return character === '"' ? '\\"' : character === '\\' ? '\\\\\\\\' : `\\\\${character}`;
}
