import { rowOf } from '../fields.ts';
import { oneLine } from '../words.ts';
import { toolLabel } from './tools.ts';

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

/** What is asked, for a card: ``Bash `rm -rf dist` ``, `Edit src/app.ts`, `Question “Which one?”`. */
export function askedWords(toolName: string | undefined, summary: string): string {
  const call = callOfPermission(summary);
  if (toolName !== 'Bash' && toolName !== 'PowerShell') return call;
  const label = toolLabel(toolName);
  const command = call.startsWith(`${label} `) ? call.slice(label.length + 1) : '';
  return command === '' ? call : `${label} \`${oneLine(command, 140)}\``;
}
