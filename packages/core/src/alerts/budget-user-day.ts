import { moneyWords } from '../words.ts';
import { type AlertRule, crosses } from './rule.ts';

export const budgetUserDay = {
  title: 'Daily budget of a person spent',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 60,
  variable: 'TELLTALE_BUDGET_USER_DAY_USD',
  meaning: 'dollars that the sessions of one person may cost in a day (Grafana reckons the last 24 hours)',
  fires: 'above',
  runbook: 'Which sessions of this person are behind it, and are they still running? In Grafana: the dashboard Cost.',
  needs: ['today'],
  evaluate: ({ today: { byUser } }, limit) =>
    byUser
      .filter(({ costUsd }) => crosses('above', costUsd, limit))
      .map(({ user, costUsd }) => ({
        ...{ key: user, value: costUsd, labels: { user } },
        summary: `${user} spent ${moneyWords(costUsd)} today, the budget is ${moneyWords(limit)}`,
      })),
} as const satisfies AlertRule;
