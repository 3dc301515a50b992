import { moneyWords } from '../words.ts';
import { type AlertRule, crosses } from './rule.ts';

/** Of fewer days with spending nobody can say what is usual. */
const fewestDays = 5;

export const unusualDay = {
  title: 'An unusually dear day',
  severity: 'info',
  lastingMinutes: 0,
  cooldownMinutes: 360,
  variable: 'TELLTALE_ALERT_DAY_TIMES_USUAL',
  meaning:
    'how many times the median of its 14 days before a day may cost, such as 3; days without spending do not count',
  fires: 'above',
  runbook: 'What is new today: a project, a model, a loop that nobody watches? The page Sessions says what cost most.',
  needs: ['today', 'earlierDays'],
  evaluate({ today: { costUsd }, earlierDays }, limit) {
    const usual = median(earlierDays.filter((usd) => usd > 0));
    if (costUsd === undefined || usual === undefined || !crosses('above', costUsd / usual, limit)) return [];
    const times = (costUsd / usual).toFixed(1);
    const summary = `today cost ${moneyWords(costUsd)}, ${times} times the usual ${moneyWords(usual)}`;
    return [{ key: '', value: costUsd / usual, summary, labels: {} }];
  },
} as const satisfies AlertRule;

function median(days: readonly number[]): number | undefined {
  if (days.length < fewestDays) return undefined;
  const sorted = [...days].sort((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return (low + high) / 2;
}
