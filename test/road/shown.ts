import { basename } from 'node:path';
import type { WatchedPage } from '../browser.ts';
import type { HookInput, Recorded } from '../client/recorder.ts';
import { registeredEvents } from '../installs.ts';

/** The ids of the events a page was sent over its socket, each as often as it was sent. */
export function sentTo(page: WatchedPage, app: string): string[] {
  return page.frames
    .flatMap(({ message }) => ('events' in message ? message.events : []))
    .filter((event) => event.app === app)
    .map((event) => event.id)
    .sort();
}

/** The lines of the feed as a reader sees them. */
export async function shownRows({ page }: WatchedPage): Promise<string[]> {
  const rows = await page.locator('[role=grid] [role=row]').allInnerTexts();
  return rows.map((row) => row.replaceAll(/\s+/g, ' '));
}

/**
 * What a reader must find for what the hooks fired: one line for each action, whatever the number of its hooks,
 * known by a word that the line has to show.
 */
export function expectedRows(recorded: readonly Recorded[]): string[] {
  const registered = registeredEvents();
  const words = new Map<string, string>();
  for (const { name, input } of recorded.filter((one) => registered.has(one.name))) {
    for (const [action, word] of actionsOf(name, input, `${name} ${words.size}`)) {
      if (!words.has(action)) words.set(action, word);
    }
  }
  return [...words.values()];
}

interface Call {
  tool_use_id: string;
  tool_name: string;
  tool_input: Record<string, unknown>;
}

function actionsOf(name: string, input: HookInput, single: string): [action: string, word: string][] {
  switch (name) {
    case 'PreToolUse':
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return [callOf(input as unknown as Call)];
    case 'PostToolBatch': // calls that never ran are told here only
      return (input.tool_calls as Call[]).map(callOf);
    case 'SubagentStart':
      return [[`agent ${String(input.agent_id)}`, String(input.agent_type)]];
    case 'PreCompact':
      return [[single, 'compact']];
    case 'UserPromptSubmit':
      return [[single, promptWord(String(input.prompt))]];
    case 'Stop':
      return [[single, String(input.last_assistant_message)]];
    case 'StopFailure':
      return [[single, 'API error']];
    case 'SessionStart': // after a compaction it is a part of that
      return input.source === 'compact' ? [] : [[single, 'session start']];
    case 'SessionEnd':
      return [[single, 'session end']];
    default: // a part of an action above
      return [];
  }
}

function callOf({ tool_use_id, tool_name, tool_input }: Call): [string, string] {
  const { command, file_path, description, questions } = tool_input;
  const word = command ?? file_path ?? description ?? (questions as { question: string }[] | undefined)?.[0]?.question;
  const isPath = word !== undefined && word === file_path;
  return [`tool ${tool_use_id}`, isPath ? basename(String(word)) : String(word ?? tool_name.split('__').at(-1))];
}

const promptWord = (prompt: string): string =>
  prompt.startsWith('<task-notification>') ? 'background' : prompt.slice(0, 40);
