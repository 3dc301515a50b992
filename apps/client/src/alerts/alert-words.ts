import type { AlertRuleView, AlertTargetView } from '@telltale/core';

/** What fires or could, then what is off: the order of the table within each. */
export function rulesByState(rules: readonly AlertRuleView[]): { on: AlertRuleView[]; off: AlertRuleView[] } {
  return { on: rules.filter(({ state }) => state !== 'off'), off: rules.filter(({ state }) => state === 'off') };
}

/** "above 20", "5 and more", "below 500". */
export function limitWords({ limit, fires }: Pick<AlertRuleView, 'limit' | 'fires'>): string {
  if (limit === undefined) return '';
  return fires === 'from' ? `${limit} and more` : `${fires} ${limit}`;
}

export const stateWords: Record<AlertRuleView['state'], string> = {
  off: 'off',
  on: 'quiet',
  pending: 'seen, not yet long enough',
  firing: 'fires',
  'by-grafana': 'judged by Grafana',
};

/** "at once", "after 2 min"; "again after an hour at the earliest" is what the cooldown says. */
export function timingWords({ lastingMinutes, cooldownMinutes }: AlertRuleView): string {
  const first = lastingMinutes === 0 ? 'said at once' : `said after ${minutesWords(lastingMinutes)}`;
  return cooldownMinutes === 0 ? first : `${first}, again after ${minutesWords(cooldownMinutes)} at the earliest`;
}

function minutesWords(minutes: number): string {
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

export const targetNames: Record<AlertTargetView['kind'], string> = {
  webhook: 'Webhook',
  slack: 'Slack',
  mail: 'E-mail',
};
