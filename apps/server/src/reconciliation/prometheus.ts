import { type Amount, noAmount, plusAmount, type Tokens } from '@telltale/core';
import { prometheusQueries } from '@telltale/core/reconciliation/queries';
import { ask, turnsOf } from './back-end.ts';

export interface AskedSessions {
  sessionIds: readonly string[];
  /** From the beginning of the first one (ms) … */
  from: number;
  /** … to now. */
  now: number;
}

/** Answers are whole billionths: a sum of doubles is not. */
export const nanosOf = (usd: number): number => Math.round(usd * 1e9);

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
    for (const { labels, value } of costs ?? []) add(labels.session_id ?? '', { ...noAmount, nanos: nanosOf(value) });
    for (const { labels, value } of tokens ?? [])
      if (isKind(labels.type))
        add(labels.session_id ?? '', {
          nanos: 0,
          tokens: { ...noAmount.tokens, [labels.type]: Math.round(value) },
        });
  }
  return amounts;
}

function isKind(type: string | undefined): type is keyof Tokens {
  return type !== undefined && Object.hasOwn(noAmount.tokens, type);
}
