import { type Amount, nanosOfUsd, noAmount, plusAmount } from '@telltale/core';
import { lokiQueries } from '@telltale/core/reconciliation/queries';
import { ask, turnsOf } from './back-end.ts';
import type { AskedSessions } from './prometheus.ts';

/** What Loki's `api_request` events say of sessions, by their ids; those it does not know are not in it. */
export async function askLoki(url: string, { sessionIds, from, now }: AskedSessions): Promise<Map<string, Amount>> {
  const amounts = new Map<string, Amount>();
  for (const ids of turnsOf(sessionIds)) {
    const queries = Object.entries(lokiQueries({ sessionIds: ids, rangeMs: now - from }));
    const time = `${now}000000`;
    const answers = await Promise.all(
      queries.map(async ([what, query]) => ({ what, samples: await ask(`${url}/loki/api/v1/query`, { query, time }) })),
    );
    for (const { what, samples } of answers)
      for (const { labels, value } of samples) {
        const id = labels.session_id ?? '';
        const amount =
          what === 'cost'
            ? { ...noAmount, nanos: nanosOfUsd(value) }
            : { nanos: 0, tokens: { ...noAmount.tokens, [what]: Math.round(value) } };
        amounts.set(id, plusAmount(amounts.get(id) ?? noAmount, amount));
      }
  }
  return amounts;
}
