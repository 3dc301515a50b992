import { type Amount, isTokenKind, nanosOfUsd, noAmount, plusAmount } from '@telltale/core';
import { prometheusQueries } from '@telltale/core/reconciliation/queries';
import { ask, turnsOf } from './back-end.ts';

export interface AskedSessions {
  sessionIds: readonly string[];
  /** From the beginning of the first one (ms) … */
  from: number;
  /** … to now. */
  now: number;
}

/** What Prometheus knows of sessions, by their ids; those it does not know are not in it. */
export async function askPrometheus(
  url: string,
  { sessionIds, from, now }: AskedSessions,
): Promise<Map<string, Amount>> {
  const amounts = new Map<string, Amount>();
  const add = (id: string, amount: Amount) => amounts.set(id, plusAmount(amounts.get(id) ?? noAmount, amount));
  for (const ids of turnsOf(sessionIds)) {
    const queries = prometheusQueries({ sessionIds: ids, rangeMs: now - from });
    const time = String(now / 1000);
    const [costs, tokens] = await Promise.all(
      [queries.cost, queries.tokens].map((query) => ask(`${url}/api/v1/query`, { query, time })),
    );
    for (const { labels, value } of costs ?? [])
      add(labels.session_id ?? '', { ...noAmount, nanos: nanosOfUsd(value) });
    for (const { labels, value } of tokens ?? [])
      if (isTokenKind(labels.type))
        add(labels.session_id ?? '', {
          nanos: 0,
          tokens: { ...noAmount.tokens, [labels.type]: Math.round(value) },
        });
  }
  return amounts;
}
