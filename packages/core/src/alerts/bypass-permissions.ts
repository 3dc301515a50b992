import { textAt } from '../fields.ts';
import { isOver, labelsOf } from './of-sessions.ts';
import { type AlertRule, crosses } from './rule.ts';

export const bypassPermissions = {
  title: 'Permissions bypassed',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 60,
  variable: 'TELLTALE_ALERT_BYPASS_PERMISSIONS',
  meaning: 'times in an hour that one session switched to bypassPermissions; 0 tells of each that has it on',
  fires: 'above',
  runbook: 'Open the session. Does it run where it can do no harm?',
  marks: {
    windowMinutes: 60,
    names: ['permission_mode_changed'],
    of: ({ sessionId = '', summary, payload }) =>
      textAt(payload, 'to_mode') === 'bypassPermissions' ? { key: sessionId, words: summary } : undefined,
  },
  // Without telemetry only the mode is told, not how often it was switched on.
  needs: ['sessions'],
  evaluate: ({ sessions }, limit, marks) =>
    sessions.flatMap((session) => {
      const switches = marks.filter(({ key }) => key === session.id);
      const isOn = session.permissionMode === 'bypassPermissions' && !isOver(session.state);
      const value = Math.max(switches.length, isOn ? 1 : 0);
      if (!crosses('above', value, limit)) return [];
      const summary = 'bypassPermissions is on: nothing asks any more before a tool runs';
      return [{ key: session.id, value, summary, labels: labelsOf(session), seqs: switches.map(({ seq }) => seq) }];
    }),
} as const satisfies AlertRule;
