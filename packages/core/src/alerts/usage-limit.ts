import { type Fields, fieldsAt, textAt } from '../fields.ts';
import { firstLine } from '../words.ts';
import { counted, labelsOfMark } from './counted.ts';
import type { AlertRule } from './rule.ts';

/** What the client calls it on StopFailure. */
const kinds: ReadonlySet<string> = new Set(['rate_limit', 'billing_error']);
/** What it says: "You've hit your session limit", "Claude AI usage limit reached", "credit balance is too low". */
const words = /\b(?:(?:usage|session|weekly|spend(?:ing)?|5-hour|opus) limit|credit balance)\b/i;

export const usageLimit = {
  title: 'Usage limit hit',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 60,
  variable: 'TELLTALE_ALERT_USAGE_LIMIT',
  meaning: 'times in an hour that one session stopped at a usage or rate limit, from how many on; 1 tells of each',
  fires: 'from',
  runbook: 'The session stands still until the limit resets, or somebody takes another plan or key.',
  marks: {
    windowMinutes: 60,
    names: ['StopFailure', 'api_retries_exhausted', 'api_error'],
    of({ name, payload = {}, sessionId = '', summary }) {
      if (!(name === 'StopFailure' ? stoppedAtLimit(payload) : refusedAtLimit(name, payload))) return undefined;
      return { key: sessionId, words: firstLine(saidIn(payload) ?? summary, 120) };
    },
  },
  evaluate: (_, limit, marks) =>
    counted(marks, {
      ...{ fires: 'from', limit: Math.max(1, limit), labels: labelsOfMark },
      summary: (group) => `stopped at a limit: ${group.at(-1)?.words}`,
    }),
} as const satisfies AlertRule;

function stoppedAtLimit(payload: Fields): boolean {
  return kinds.has(textAt(payload, 'error') ?? '') || words.test(saidIn(payload) ?? '');
}

/** A 429 alone passes with the next try; used up retries and words of a limit do not. */
function refusedAtLimit(name: string, payload: Fields): boolean {
  if (words.test(saidIn(payload) ?? '')) return true;
  return name === 'api_retries_exhausted' && String(payload.status_code) === '429';
}

function saidIn(payload: Fields): string | undefined {
  return (
    textAt(payload, 'last_assistant_message') ??
    textAt(fieldsAt(payload, 'error'), 'message') ??
    textAt(payload, 'error_details') ??
    textAt(payload, 'error')
  );
}
