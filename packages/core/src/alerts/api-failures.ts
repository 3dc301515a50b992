import { plural } from '../words.ts';
import { counted } from './counted.ts';
import type { AlertRule, MarkRule } from './rule.ts';

/** Requests of one model that went wrong in one way. */
function byModel(name: string, windowMinutes: number): MarkRule {
  return { windowMinutes, names: [name], of: ({ model = '', summary }) => ({ key: model, words: summary }) };
}

function evaluated(words: string): NonNullable<AlertRule['evaluate']> {
  return (_, limit, marks) =>
    counted(marks, {
      ...{ fires: 'above', limit },
      summary: ([{ key }], count) => `${plural(count, 'request')} to ${key || 'the API'} ${words}`,
      labels: ({ key }) => (key === '' ? {} : { model: key }),
    });
}

export const apiErrors = {
  title: 'Many API errors',
  severity: 'warning',
  lastingMinutes: 2,
  cooldownMinutes: 30,
  variable: 'TELLTALE_ALERT_API_ERRORS',
  meaning: 'failed API requests of one model in 15 minutes',
  fires: 'above',
  runbook: 'Which status codes? 429 and 529 pass, 400 and 401 do not. In Grafana: the dashboard API health.',
  marks: byModel('api_error', 15),
  evaluate: evaluated('failed in 15 minutes'),
} as const satisfies AlertRule;

export const retriesExhausted = {
  title: 'Retries used up',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 30,
  variable: 'TELLTALE_ALERT_RETRIES_EXHAUSTED',
  meaning: 'requests in 15 minutes that failed after every retry',
  fires: 'above',
  runbook: 'Open the sessions under TROUBLE: they wait for somebody to go on. In Grafana: the dashboard API health.',
  marks: byModel('api_retries_exhausted', 15),
  evaluate: evaluated('failed after every retry: agents have stopped'),
} as const satisfies AlertRule;

export const refusals = {
  title: 'Requests refused',
  severity: 'info',
  lastingMinutes: 0,
  cooldownMinutes: 60,
  variable: 'TELLTALE_ALERT_REFUSALS',
  meaning: 'refused requests in an hour',
  fires: 'above',
  runbook: 'What was asked? A refused request still costs money. In Grafana: the dashboard Session events.',
  marks: byModel('api_refusal', 60),
  evaluate: evaluated('were refused in an hour'),
} as const satisfies AlertRule;
