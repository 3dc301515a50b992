import { present } from '../present.ts';
import { quotasNow } from '../quota-now.ts';
import { type AlertRule, crosses } from './rule.ts';

export const quotaNear = {
  title: 'Usage limit nearly reached',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 60,
  variable: 'TELLTALE_ALERT_QUOTA_PERCENT',
  meaning: 'percent of a 5-hour or 7-day usage limit that may be used, such as 80; known where a status line is set up',
  fires: 'above',
  runbook: 'Let what can wait until the limit begins anew, or take a smaller model.',
  needs: ['quotas'],
  evaluate({ quotas, now }, limit) {
    const people = new Set(quotas.map(({ user }) => user));
    return [...people].flatMap((user) =>
      quotasNow(
        quotas.filter((quota) => quota.user === user),
        now,
      )
        .filter(({ usedPercent }) => crosses('above', usedPercent, limit))
        .map(({ window, name, usedPercent }) => ({
          ...{ key: `${user ?? ''} ${window}`, value: usedPercent, labels: present({ user }) },
          summary: `${Math.floor(usedPercent)} % of the ${name} usage limit is used${user === undefined ? '' : ` by ${user}`}`,
        })),
    );
  },
} as const satisfies AlertRule;
