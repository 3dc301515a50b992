import { shownPath } from '../catalogue/path.ts';
import { textAt } from '../fields.ts';
import { sensitivePathOf } from '../sensitive-path.ts';
import { counted, labelsOfMark } from './counted.ts';
import type { AlertRule } from './rule.ts';

export const sensitiveFile = {
  title: 'Sensitive file touched',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 60,
  variable: 'TELLTALE_ALERT_SENSITIVE_FILES',
  meaning:
    'times in an hour that one session touched the same .env, key, credential or workflow file, from how many on; 1 tells of each',
  fires: 'from',
  runbook: 'Open the session: was it asked to? A deny rule in the permissions of Claude Code keeps it out.',
  marks: {
    windowMinutes: 60,
    names: ['PostToolUse', 'PostToolUseFailure'],
    of(event) {
      const path = sensitivePathOf(event);
      if (path === undefined) return undefined;
      const words = `${event.toolName} ${shownPath(path, textAt(event.payload, 'cwd'))}`;
      return { key: `${event.sessionId ?? ''} ${path}`, words };
    },
  },
  evaluate: (_, limit, marks) =>
    counted(marks, {
      ...{ fires: 'from', limit: Math.max(1, limit), labels: labelsOfMark },
      summary: (group, count) => `${group.at(-1)?.words}${count > 1 ? `, ${count} times in an hour` : ''}`,
    }),
} as const satisfies AlertRule;
