import { rowOf } from '../fields.ts';
import type { Wait } from '../session-view.ts';
import { toolLabel } from './tools.ts';

/** What is waited for: the same words on a card, in the feed, in the story and as a session's state. */
export const waitedFor = {
  permission: 'permission',
  question: 'an answer',
  plan: 'plan approval',
  elicitation: 'input',
} as const satisfies Record<Wait['kind'], string>;

/** What a call that waits, waits for; without a tool it is an MCP server that asks. */
export function waitedForBy(toolName: string | undefined): string {
  return waitedFor[askingKind(toolName) ?? (toolName === undefined ? 'elicitation' : 'permission')];
}

/** What a tool asks whose call is itself a question to the user. */
export function askingKind(toolName: string | undefined): 'question' | 'plan' | undefined {
  return rowOf(askingTools, toolName);
}

const askingTools = { AskUserQuestion: 'question', ExitPlanMode: 'plan' } as const;

const prefix = 'asks for permission: ';

/** What a PermissionRequest says of its call. */
export function permissionSummary(call: string): string {
  return prefix + call;
}

/** The call that a PermissionRequest's summary names. */
export function callOfPermission(summary: string): string {
  return summary.startsWith(prefix) ? summary.slice(prefix.length) : summary;
}

/** What is asked, in words: `Bash rm -rf dist`, `Edit src/app.ts`; of a question or a plan only its own words. */
export function askedWords(toolName: string | undefined, summary: string): string {
  const call = callOfPermission(summary);
  if (askingKind(toolName) === undefined) return call;
  const label = `${toolLabel(toolName ?? '')} `;
  return call.startsWith(label) ? call.slice(label.length) : call;
}
