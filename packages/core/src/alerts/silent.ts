import { ofSession } from './of-sessions.ts';
import { type AlertRule, crosses } from './rule.ts';

const minuteMs = 60_000;

export const silent = {
  title: 'Works, but says nothing',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 30,
  variable: 'TELLTALE_ALERT_SILENT_MINUTES',
  meaning: 'minutes that a working session may send nothing, such as 10',
  fires: 'above',
  runbook: 'Open the session: a long command, or a process that hangs? Its terminal says more.',
  // After 15 minutes the page calls it lost, which is no reason to take the alert back.
  needs: ['sessions'],
  evaluate: ({ sessions, now }, limit) =>
    sessions.flatMap((session) => {
      const minutes = (now - Date.parse(session.lastEventAt)) / minuteMs;
      const isAtWork = session.state === 'working' || session.state === 'lost';
      if (!isAtWork || !crosses('above', minutes, limit)) return [];
      const doing = session.lastLine === undefined ? '' : ` after: ${session.lastLine}`;
      return [ofSession(session, { value: minutes, summary: `silent for more than ${limit} minutes${doing}` })];
    }),
} as const satisfies AlertRule;
