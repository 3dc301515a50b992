import { moneyWords } from '../words.ts';
import { type AlertRule, crosses } from './rule.ts';

export const budgetDay = {
  title: 'Daily budget spent',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 60,
  variable: 'TELLTALE_BUDGET_DAY_USD',
  meaning: 'dollars that all sessions together may cost in a day (Grafana reckons the last 24 hours)',
  fires: 'above',
  runbook: 'Which sessions, users and models are behind it? The page Sessions says, in Grafana the dashboard Cost.',
  needs: ['today'],
  evaluate({ today: { costUsd } }, limit) {
    if (costUsd === undefined || !crosses('above', costUsd, limit)) return [];
    const summary = `today cost ${moneyWords(costUsd)}, the budget is ${moneyWords(limit)}`;
    return [{ key: '', value: costUsd, summary, labels: {} }];
  },
} as const satisfies AlertRule;
