import { contextNow } from '../context-now.ts';
import { countWords } from '../words.ts';
import { isOver, ofSession } from './of-sessions.ts';
import { type AlertRule, crosses } from './rule.ts';

export const contextFull = {
  title: 'Context nearly full',
  severity: 'info',
  lastingMinutes: 0,
  cooldownMinutes: 30,
  variable: 'TELLTALE_ALERT_CONTEXT_PERCENT',
  meaning: 'percent of its model’s context window that a session may hold, such as 85',
  fires: 'above',
  runbook: '/compact now, at a good place, or begin anew; soon the client compacts by itself.',
  needs: ['sessions'],
  evaluate: ({ sessions }, limit) =>
    sessions.flatMap((session) => {
      const { tokens = 0, windowTokens = 0, share } = contextNow(session) ?? {};
      if (share === undefined || isOver(session.state)) return [];
      const percent = 100 * share;
      if (!crosses('above', percent, limit)) return [];
      const summary = `${Math.floor(percent)} % of the context is full: ${countWords(tokens)} of ${countWords(windowTokens)} tokens`;
      return [ofSession(session, { summary, value: percent })];
    }),
} as const satisfies AlertRule;
