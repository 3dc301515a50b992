import { moneyWords } from '../words.ts';
import { rateMinutes } from './facts.ts';
import { ofSession } from './of-sessions.ts';
import { type AlertRule, crosses } from './rule.ts';

export const spendRate = {
  title: 'A session burns money',
  severity: 'warning',
  lastingMinutes: 1,
  cooldownMinutes: 30,
  variable: 'TELLTALE_ALERT_USD_PER_MINUTE',
  meaning: 'dollars a minute that one session may cost, over five minutes',
  fires: 'above',
  runbook: 'Open the session: how many subagents run, and with which model? Esc stops it.',
  needs: ['sessions', 'recentSpend'],
  evaluate: ({ recentSpend, sessions }, limit) =>
    recentSpend.flatMap(({ sessionId, costUsd }) => {
      const perMinute = costUsd / rateMinutes;
      const session = sessions.find(({ id }) => id === sessionId);
      if (!session || !crosses('above', perMinute, limit)) return [];
      const summary = `${moneyWords(perMinute)} a minute over ${rateMinutes} minutes, the limit is ${moneyWords(limit)}`;
      return [ofSession(session, { summary, value: perMinute })];
    }),
} as const satisfies AlertRule;
