import { ofSession } from './of-sessions.ts';
import { type AlertRule, crosses } from './rule.ts';

const minuteMs = 60_000;

export const waiting = {
  title: 'Waits for you',
  severity: 'info',
  lastingMinutes: 0,
  cooldownMinutes: 10,
  variable: 'TELLTALE_ALERT_WAITING_MINUTES',
  meaning: 'minutes that a session may wait for an answer, such as 10',
  fires: 'above',
  runbook: 'Answer it in its terminal. Asked the same often, a permission rule saves the wait.',
  needs: ['sessions'],
  evaluate: ({ sessions, now }, limit) =>
    sessions.flatMap((session) => {
      const asked = session.waiting.find(({ since }) => crosses('above', (now - Date.parse(since)) / minuteMs, limit));
      if (!asked) return [];
      const seqs = asked.seq === undefined ? [] : [asked.seq];
      const value = (now - Date.parse(asked.since)) / minuteMs;
      // Without telemetry nobody hears of an answer: then a long call looks the same.
      const waits = asked.mayBeRunning ? 'waits, or runs what you allowed,' : 'waits';
      const summary = `${waits} for more than ${limit} minutes: ${asked.summary}`;
      // The next question is another one.
      return [{ ...ofSession(session, { summary, value, seqs }), key: `${session.id} ${asked.since}` }];
    }),
} as const satisfies AlertRule;
