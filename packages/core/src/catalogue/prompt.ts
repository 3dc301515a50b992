import { firstLine, oneLine, quoted } from '../words.ts';

/** Who wrote a prompt: a person, the client reporting a background task, or the client running one of its own commands. */
export type PromptKind = 'typed' | 'task-notification' | 'client-command';

/** Commands that the client answers itself; a custom command (`/deploy`) is a prompt that somebody typed. */
const clientCommands =
  /^\/(?:clear|compact|exit|quit|resume|rewind|branch|fork|rename|model|effort|fast|config|settings|cost|usage|status|context|help|login|logout|doctor|hooks|permissions|mcp|plugin|agents|memory|add-dir|theme|vim|ide|export|copy|stats|tasks|bashes|terminal-setup|output-style|statusline|privacy-settings|release-notes|upgrade|feedback|bug)(?:\s|$)/;

/** Markers around what the client puts into the conversation in the user's name. */
const clientMarkup =
  /^<(?:command-(?:name|message|args)|local-command-\w+|system-reminder|bash-(?:input|stdout|stderr))\b/;

export function promptKind(prompt: string): PromptKind {
  const text = prompt.trimStart();
  if (text.startsWith('<task-notification')) return 'task-notification';
  if (clientMarkup.test(text) || clientCommands.test(text)) return 'client-command';
  return 'typed';
}

/** A prompt in one line. */
export function promptSummary(prompt: string): string {
  switch (promptKind(prompt)) {
    case 'typed':
      return quoted(prompt, 160);
    case 'task-notification':
      return notificationSummary(prompt);
    case 'client-command':
      return oneLine(/<command-name>([^<]+)</.exec(prompt)?.[1] ?? prompt, 120);
  }
}

/** The id of the background task that a notification reports. */
export function notifiedTaskId(prompt: string): string | undefined {
  return /<task-id>\s*([^<\s]+)\s*<\/task-id>/.exec(prompt.slice(0, 4000))?.[1];
}

/** What a background task reported, without the client's markup around it. */
export function notificationResult(prompt: string): string | undefined {
  const from = prompt.indexOf('<result>');
  const to = prompt.lastIndexOf('</result>');
  return from < 0 || to < from ? undefined : prompt.slice(from + '<result>'.length, to).trim();
}

function notificationSummary(prompt: string): string {
  const head = prompt.slice(0, 4000);
  const words = /<summary>([\s\S]*?)<\/summary>/.exec(head)?.[1] ?? /<status>([\s\S]*?)<\/status>/.exec(head)?.[1];
  if (words !== undefined) return `background: ${oneLine(words, 140)}`;
  const rest = firstLine(head.replace(/<[^>]*>/g, ' '), 140);
  return rest === '' ? 'background task reported' : `background: ${rest}`;
}
