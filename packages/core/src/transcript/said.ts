import { notifiedTaskId, promptKind } from '../catalogue/prompt.ts';
import { type Fields, fieldsAt, isFields, textAt } from '../fields.ts';
import { blocksOf, contentText, isToolResult } from './blocks.ts';

/**
 * What a row in the user's name is: somebody's words, a report of a background task, a command of the client or its
 * output, answers of tools, an interrupt, the summary that a compaction left, or context that nobody typed.
 */
export type UserRow =
  | { kind: 'typed' | 'notification' | 'command'; text: string }
  | { kind: 'tool-results' | 'interrupt' | 'command-output' | 'compact-summary' | 'meta' };

/** Meaning of a `user` row of a main transcript; in a subagent's the first one is the prompt of its Agent call. */
export function userRow(line: Fields): UserRow {
  if (line.isCompactSummary === true) return { kind: 'compact-summary' };
  const blocks = blocksOf(line);
  if (blocks.some(isToolResult)) return { kind: 'tool-results' };
  const text = contentText(fieldsAt(line, 'message')?.content);
  if (text.startsWith('[Request interrupted')) return { kind: 'interrupt' };
  if (isNotification(line, text)) return { kind: 'notification', text };
  if (line.isMeta === true) return { kind: 'meta' };
  return promptRow(text);
}

/** What was typed while the agent worked; it was handed over in the middle of a turn. */
export function queuedPrompt(line: Fields): UserRow | undefined {
  const attachment = fieldsAt(line, 'attachment');
  if (attachment?.type !== 'queued_command') return undefined;
  const text = contentText(attachment.prompt);
  if (text === '') return undefined;
  const isReport = textAt(attachment, 'commandMode') === 'task-notification' || notifiedTaskId(text) !== undefined;
  return isReport ? { kind: 'notification', text } : promptRow(text);
}

/** Agents that the client runs for itself (a compaction, the suggestion of a next prompt): nobody started them. */
export function isHouseAgent(agentId: string): boolean {
  return /^a(?:compact|prompt_suggestion)-/.test(agentId);
}

function promptRow(text: string): UserRow {
  if (/^\s*<(?:local-command-stdout|local-command-stderr|bash-stdout|bash-stderr)\b/.test(text)) {
    return { kind: 'command-output' };
  }
  const shell = /^\s*<bash-input>([\s\S]*?)<\/bash-input>/.exec(text)?.[1];
  if (shell !== undefined) return { kind: 'command', text: `!${shell}` };
  const command = commandText(text);
  if (command !== undefined) {
    // A custom command (`/deploy`) is a prompt that somebody typed; `/clear` and its kind are the client's own.
    return { kind: promptKind(command) === 'typed' ? 'typed' : 'command', text: command };
  }
  const kind = promptKind(text);
  if (kind === 'typed') return text === '' ? { kind: 'meta' } : { kind, text };
  return kind === 'task-notification' ? { kind: 'notification', text } : { kind: 'meta' };
}

/** `<command-name>/compact</command-name> … <command-args>keep it</command-args>` → `/compact keep it`. */
function commandText(text: string): string | undefined {
  const name = /<command-name>\s*([^<]*?)\s*<\/command-name>/.exec(text)?.[1];
  if (name === undefined || !/^\s*<command-/.test(text)) return undefined;
  const args = /<command-args>([\s\S]*?)<\/command-args>/.exec(text)?.[1]?.trim() ?? '';
  const slashed = name.startsWith('/') ? name : `/${name}`;
  return args === '' ? slashed : `${slashed} ${args}`;
}

/** New clients say who began the turn; old ones leave it to the text. */
function isNotification(line: Fields, text: string): boolean {
  const origins = [line.turnOrigin, line.promptSource, isFields(line.origin) ? line.origin.kind : undefined];
  return (
    origins.some((origin) => typeof origin === 'string' && /^task[-_]notification$/.test(origin)) ||
    promptKind(text) === 'task-notification'
  );
}
