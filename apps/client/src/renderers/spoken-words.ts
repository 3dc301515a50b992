import type { OpenedAction } from '../opened/opened-action.ts';

export interface SpokenWords {
  /** `trigger auto`, `attempt 2`. */
  facts: { name: string; value: string }[];
  /** What the agent wrote. */
  markdown?: string;
  /** What a person or the client wrote. */
  plain?: string;
  error?: string;
}

type Read = (input: OpenedAction['input'], action: OpenedAction) => SpokenWords;

/** What an event says, by its name. */
export function spokenWords(action: OpenedAction): SpokenWords {
  const read = Object.hasOwn(readers, action.name) ? readers[action.name] : undefined;
  return read ? read(action.input, action) : { facts: [] };
}

const answer: Read = (input) => said({}, { markdown: text(input.last_assistant_message) });

const readers: Readonly<Record<string, Read>> = {
  UserPromptSubmit: (input) => said({}, { plain: text(input.prompt) }),
  UserPromptExpansion: (input) => said({ command: input.command_name }, { plain: text(input.command_args) }),
  MessageDisplay: (input) => said({}, { markdown: text(input.delta) }),
  Stop: answer,
  SubagentStop: answer,
  StopFailure: (input) =>
    said({ error: input.error }, { error: text(input.error_details) ?? text(input.last_assistant_message) }),
  Notification: (input) =>
    said(
      { about: input.notification_type, title: input.title === 'Claude Code' ? '' : input.title },
      { plain: text(input.message) },
    ),
  PreCompact: (input) => said({ trigger: input.trigger }, { plain: text(input.custom_instructions) }),
  PostCompact: (input) => said({ trigger: input.trigger }, { markdown: text(input.compact_summary) }),
  api_error: (input) =>
    said(
      { status: input.status_code, attempt: input.attempt, model: input.model },
      { error: text(input.error) ?? text(input.message) },
    ),
};

/** Whether the event has words at all: without them, keys and values say more. */
export function isSpoken(action: OpenedAction): boolean {
  const { markdown, plain, error } = spokenWords(action);
  return markdown !== undefined || plain !== undefined || error !== undefined;
}

function said(
  facts: Record<string, unknown>,
  words: { markdown?: string | undefined; plain?: string | undefined; error?: string | undefined },
): SpokenWords {
  const told = Object.entries(facts).flatMap(([name, value]) => {
    if (typeof value !== 'string' && typeof value !== 'number') return [];
    return value === '' ? [] : [{ name, value: String(value).replaceAll('_', ' ') }];
  });
  const spoken: SpokenWords = { facts: told };
  if (words.markdown !== undefined) spoken.markdown = words.markdown;
  if (words.plain !== undefined) spoken.plain = words.plain;
  if (words.error !== undefined) spoken.error = words.error;
  return spoken;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
