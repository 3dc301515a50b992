import { moneyWords } from '../words.ts';
import { ofSession } from './of-sessions.ts';
import { type AlertRule, crosses } from './rule.ts';

export const budgetSession = {
  title: 'Budget of a session spent',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 60,
  variable: 'TELLTALE_BUDGET_SESSION_USD',
  meaning: 'dollars that one session may cost',
  fires: 'above',
  runbook: 'Open the session: which prompt cost most, and does it still do what it was asked?',
  // Also of sessions that have ended: many are over before anybody looks.
  needs: ['sessions'],
  evaluate: ({ sessions }, limit) =>
    sessions.flatMap((session) => {
      const { costUsd } = session;
      if (costUsd === undefined || !crosses('above', costUsd, limit)) return [];
      const isEstimated = session.costSource === 'transcript';
      const summary = `this session cost ${moneyWords(costUsd, isEstimated)}, the budget is ${moneyWords(limit)}`;
      return [ofSession(session, { summary, value: costUsd })];
    }),
} as const satisfies AlertRule;
