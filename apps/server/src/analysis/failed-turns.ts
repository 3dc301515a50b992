import { quarterMs } from '@telltale/core/analysis';
import type { AnalysisDefinition } from './definition.ts';
import { eventsSql } from './events-sql.ts';
import { sessionKey } from './session-key.ts';

interface Row {
  session: number;
  reason: string;
  nanos: number;
  table: number;
  requests: number;
  at: number;
}

const failedSql = `name = 'StopFailure' AND prompt_id IS NOT NULL`;

export const failedTurns: AnalysisDefinition = {
  title: 'Failed turns',
  question: 'What did turns cost that ended in an error?',
  view: 'money',
  shape: 'ranked',
  by: { reason: 'error', session: 'session', project: 'project' },
  measures: [
    { key: 'costUsd', label: 'cost', unit: 'usd', as: 'sum' },
    { key: 'turns', label: 'turns', unit: 'count', as: 'sum' },
    { key: 'requests', label: 'requests', unit: 'count', as: 'sum' },
  ],
  unknown: 'whether a turn ended in an error is in no transcript',
  *facts({ database, sessions }, { from, to, by, prices, only, model }) {
    const rows = database.prepare<unknown[], Row>(`
      SELECT failed.session AS session, failed.reason AS reason, failed.at AS at, count(spend.session) AS requests,
        coalesce(sum(spend.cost_nanos), 0) AS nanos, coalesce(sum(spend.table_nanos), 0) AS "table"
      FROM (
        SELECT session, prompt_id, min(summary) AS reason, min(at) AS at
        FROM (${eventsSql('session, prompt_id, summary, at', failedSql)}) GROUP BY session, prompt_id) AS failed
      LEFT JOIN spend ON spend.session = failed.session AND spend.prompt_id = failed.prompt_id
        ${model === undefined ? '' : 'AND spend.model = @model'}
      GROUP BY failed.session, failed.prompt_id`);
    for (const row of rows.iterate({ from, to, ...(model !== undefined && { model }) })) {
      if (only && !only.has(row.session)) continue;
      yield {
        ...(sessionKey(by, sessions(row.session)) ?? { key: row.reason }),
        ...{ session: row.session, at: Math.floor(row.at / quarterMs) * quarterMs },
        numbers: { costUsd: prices === 'client' ? row.nanos : row.table, turns: 1, requests: row.requests },
      };
    }
  },
};
