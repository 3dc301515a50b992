import { contextWindowOf, namedWindow } from '@telltale/core';
import { isMainAgentSql } from '../store/ledger/request-sql.ts';
import type { AnalysisDefinition } from './definition.ts';

interface Row {
  session: number;
  model: string;
  most: number;
}

export const context: AnalysisDefinition = {
  title: 'Context',
  question: 'Which sessions come close to what their model can hold?',
  view: 'api',
  shape: 'ranked',
  by: { session: 'session' },
  measures: [
    { key: 'share', label: 'of the window', unit: 'share', as: 'max' },
    { key: 'contextTokens', label: 'most held', unit: 'tokens', as: 'max' },
    { key: 'windowTokens', label: 'window', unit: 'tokens', as: 'max' },
  ],
  *facts({ database, sessions, prices }, { from, to, model: wanted, only }) {
    const rows = database.prepare<[number, number], Row>(`
      SELECT session, model, max(input + cache_read + cache_creation) AS most
      FROM spend WHERE at >= ? AND at < ? AND kind <> 'unattributed' AND ${isMainAgentSql}
      GROUP BY session, model`);
    for (const { session, model, most } of rows.iterate(from, to)) {
      if ((wanted !== undefined && model !== wanted) || (only && !only.has(session))) continue;
      const { id, title } = sessions(session);
      const window = namedWindow(model, prices, most) ?? contextWindowOf(model, most);
      yield {
        ...{ key: id, label: title ?? id, session, detail: model },
        numbers: { contextTokens: most, ...(window !== undefined && { windowTokens: window, share: most / window }) },
      };
    }
  },
};
