import { callOfEvent } from '../catalogue/tools.ts';
import { fieldsAt } from '../fields.ts';
import { printOf } from '../session/calls.ts';
import { counted, labelsOfMark } from './counted.ts';
import type { AlertRule } from './rule.ts';

/** Asked again and again by their nature. */
const polls: ReadonlySet<string> = new Set(['BashOutput', 'TaskOutput', 'TaskGet', 'TaskList', 'AgentOutputTool']);

export const repeatedCall = {
  title: 'The same call again and again',
  severity: 'warning',
  lastingMinutes: 0,
  cooldownMinutes: 30,
  variable: 'TELLTALE_ALERT_SAME_CALL',
  meaning: 'times in 10 minutes that one agent calls the same tool with the same arguments, such as 5',
  fires: 'from',
  runbook: 'Open the session: does it go round in circles? Esc stops it; say what it does not see.',
  marks: {
    windowMinutes: 10,
    names: ['PreToolUse'],
    of(event) {
      const { toolName, sessionId, agentId = '' } = event;
      if (toolName === undefined || polls.has(toolName)) return undefined;
      const print = printOf(toolName, fieldsAt(event.payload, 'tool_input'));
      return { key: `${sessionId} ${agentId} ${print}`, words: callOfEvent(event) };
    },
  },
  evaluate: (_, limit, marks) =>
    counted(marks, {
      ...{ fires: 'from', limit, labels: labelsOfMark },
      summary: ([first], count) => `${count} times in 10 minutes: ${first.words}`,
    }),
} as const satisfies AlertRule;
