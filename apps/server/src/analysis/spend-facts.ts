import { type Fact, quarterMs } from '@telltale/core/analysis';
import type { Asked } from './asked.ts';
import type { Sources } from './definition.ts';
import { sessionKey } from './session-key.ts';

interface SpendGroup {
  session: number;
  at: number;
  key: string;
  requests: number;
  nanos: number;
  estimated: number;
  unattributed: number;
  unpriced: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheCreation: number;
}

/** What they are put by. */
export const spendBy = {
  ...{ model: 'model', project: 'project', user: 'user', machine: 'machine', provider: 'agent provider' },
  ...{ agent: 'agent type', kind: 'source', geo: 'geography' },
} as const;

/** What can be told from the view alone; projects and users are told by the session. */
const expressions: Readonly<Record<string, string>> = {
  model: 'model',
  agent: `CASE WHEN kind = 'unattributed' THEN 'not attributed' ELSE
    coalesce(agent_type, CASE WHEN agent_id IS NULL THEN 'main' ELSE 'subagent' END) END`,
  kind: 'kind',
  // Where it was reckoned: not every client tells it with the event, and transcripts of new ones do.
  geo: `coalesce(
    (SELECT nullif(geo, '') FROM api_requests AS heard WHERE heard.id = spend.id),
    (SELECT nullif(geo, '') FROM said_requests AS said WHERE said.id = spend.id AND said.session = spend.session),
    'not told')`,
};

/** Every sum of money and tokens is taken here, from the view `spend`; whole numbers, so that they are exact in any grouping. */
export function* spendFacts({ database, sessions }: Sources, asked: Asked): Generator<Fact> {
  const nanos = asked.prices === 'client' ? 'cost_nanos' : nanosByTable;
  const rows = database.prepare<unknown[], SpendGroup>(`
    SELECT session, at / ${quarterMs} * ${quarterMs} AS at, ${expressions[asked.by] ?? "''"} AS key,
      sum(kind <> 'unattributed') AS requests, sum(${nanos}) AS nanos,
      sum(CASE WHEN kind = 'estimated' THEN ${nanos} ELSE 0 END) AS estimated,
      sum(CASE WHEN kind = 'unattributed' THEN ${nanos} ELSE 0 END) AS unattributed,
      sum(kind <> 'unattributed' AND table_nanos IS NULL) AS unpriced,
      sum(input) AS input, sum(output) AS output, sum(cache_read) AS cacheRead, sum(cache_creation) AS cacheCreation
    FROM spend WHERE at >= ? AND at < ? ${asked.model === undefined ? '' : 'AND model = ?'}
    GROUP BY session, at / ${quarterMs}, key`);
  const params = [asked.from, asked.to, ...(asked.model === undefined ? [] : [asked.model])];
  for (const row of rows.iterate(...params)) {
    if (asked.only && !asked.only.has(row.session)) continue;
    const { session, at, requests, input, output, cacheRead, cacheCreation } = row;
    yield {
      ...(sessionKey(asked.by, sessions(session)) ?? { key: row.key }),
      ...{ session, at },
      numbers: {
        ...{ costUsd: row.nanos, requests, estimatedUsd: row.estimated, unattributedUsd: row.unattributed },
        ...{ unpriced: row.unpriced, tokens: input + output + cacheRead + cacheCreation },
        ...{ input, output, cacheRead, cacheCreation, promptTokens: input + cacheRead + cacheCreation },
      },
    };
  }
}

/** What only the metric knows has no tokens of one request to price: it stays as the client reckoned. */
const nanosByTable = `CASE WHEN kind = 'unattributed' THEN cost_nanos ELSE coalesce(table_nanos, 0) END`;
