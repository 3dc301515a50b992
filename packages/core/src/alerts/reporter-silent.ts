import { type AlertRule, crosses } from './rule.ts';

const hourMs = 60 * 60_000;

export const reporterSilent = {
  title: 'A machine has gone silent',
  severity: 'info',
  lastingMinutes: 0,
  cooldownMinutes: 1440,
  variable: 'TELLTALE_ALERT_REPORTER_SILENT_HOURS',
  meaning: 'hours that a machine that sent something in the last week may send nothing, such as 24',
  fires: 'above',
  runbook: 'Is nobody at work there, or do its hooks not reach Telltale? npm run connect there says what is wrong.',
  needs: ['reporters'],
  evaluate: ({ reporters, now }, limit) =>
    reporters.flatMap(({ name, lastAt }) => {
      const hours = (now - lastAt) / hourMs;
      if (!crosses('above', hours, limit)) return [];
      return [{ key: name, value: hours, labels: { host: name }, summary: `${name} sent nothing for ${limit} hours` }];
    }),
} as const satisfies AlertRule;
