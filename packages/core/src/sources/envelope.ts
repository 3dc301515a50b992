import { isRejection, type NewEvent, type Rejection } from '../event.ts';
import { type Fields, fieldsAt, isFields, listAt, textAt } from '../fields.ts';
import { lineFacts } from '../transcript/line.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import { readAt } from './at.ts';
import { type HookContext, parseHook } from './hook.ts';

/** A transcript line before the store gave it a `seq`. */
export type NewTranscriptEntry = Omit<TranscriptEntry, 'seq'>;

export interface Envelope {
  event: NewEvent;
  /** The lines of `chat` (`send_event.py --add-chat`); empty without it. */
  entries: readonly NewTranscriptEntry[];
}

/**
 * The older `POST /events`: `{source_app, session_id, hook_event_type, payload, chat?, timestamp}`.
 * The envelope's own fields win over those of the payload, which is a hook input in all known senders.
 */
export function parseEnvelope(input: unknown, context: HookContext): Envelope | Rejection {
  if (!isFields(input)) return { rejected: 'an envelope is a JSON object' };
  if (input.payload !== undefined && !isFields(input.payload)) {
    return { rejected: 'payload must be a JSON object', at: 'payload' };
  }
  const payload = fieldsAt(input, 'payload') ?? {};
  const sessionId = knownId(textAt(input, 'session_id')) ?? knownId(textAt(payload, 'session_id'));
  if (sessionId === undefined) return { rejected: 'session_id is missing', at: 'session_id' };
  const name = textAt(input, 'hook_event_type') ?? textAt(payload, 'hook_event_name');
  if (name === undefined) return { rejected: 'hook_event_type is missing', at: 'hook_event_type' };

  const app = textAt(input, 'source_app') ?? context.app;
  const told = input.timestamp;
  const event = parseHook(
    { ...payload, session_id: sessionId, hook_event_name: name },
    {
      ...context,
      at: typeof told === 'number' || typeof told === 'string' ? readAt(told, context.receivedAt) : context.receivedAt,
      ...(app === undefined ? {} : { app }),
      origin: { install: 'envelope', ...context.origin },
    },
  );
  if (isRejection(event)) return event;
  return {
    event,
    entries: listAt(input, 'chat')
      .filter(isFields)
      .map((line) => entryOf(sessionId, line)),
  };
}

/** `send_event.py` writes "unknown" where it found none. */
function knownId(id: string | undefined): string | undefined {
  return id === 'unknown' ? undefined : id;
}

function entryOf(sessionId: string, line: Fields): NewTranscriptEntry {
  const agentId = line.isSidechain === true ? textAt(line, 'agentId') : undefined;
  return { sessionId, ...lineFacts(line), ...(agentId !== undefined && { agentId }) };
}
