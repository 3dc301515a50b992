import { contextWindowOf } from '../context-window.ts';
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
      const { lastRequest, state } = session;
      if (lastRequest === undefined || isOver(state)) return [];
      const { contextTokens, model } = lastRequest;
      const window = contextWindowOf(model, contextTokens);
      if (window === undefined) return [];
      const percent = (100 * contextTokens) / window;
      if (!crosses('above', percent, limit)) return [];
      const summary = `${Math.floor(percent)} % of the context is full: ${countWords(contextTokens)} of ${countWords(window)} tokens`;
      return [ofSession(session, { summary, value: percent })];
    }),
} as const satisfies AlertRule;
