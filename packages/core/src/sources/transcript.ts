import type { Rejection } from '../event.ts';
import { type Fields, isFields, textAt } from '../fields.ts';
import { present } from '../present.ts';

export * from '../transcript/blocks.ts';
export * from '../transcript/said.ts';
export * from '../transcript/session.ts';

/** What one line of a transcript says about itself; `line` is the client's own JSON, as it is. */
export interface TranscriptLine {
  /** `user`, `assistant`, `system`, `summary`, …; `unknown` where the client wrote none. */
  type: string;
  uuid?: string;
  /** ISO 8601 with milliseconds, UTC. */
  at?: string;
  sessionId?: string;
  agentId?: string;
  promptId?: string;
  /** The API request that an assistant row came from; usage counts once per request. */
  requestId?: string;
  line: Fields;
}

/** A line of a transcript file → its facts. Unknown types are kept; only what is no JSON object is rejected. */
export function parseTranscriptLine(input: unknown): TranscriptLine | Rejection {
  const line = typeof input === 'string' ? jsonOf(input) : input;
  if (line === undefined) return { rejected: 'a transcript line is JSON, this is not' };
  if (!isFields(line)) return { rejected: 'a transcript line is a JSON object, got something else' };
  return present({
    type: textAt(line, 'type') ?? 'unknown',
    uuid: textAt(line, 'uuid'),
    at: timeOf(line),
    sessionId: textAt(line, 'sessionId'),
    agentId: textAt(line, 'agentId'),
    promptId: textAt(line, 'promptId'),
    requestId: textAt(line, 'requestId'),
    line,
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an answer here: the caller counts it with its reason.
    return undefined;
  }
}

function timeOf(line: Fields): string | undefined {
  const ms = Date.parse(textAt(line, 'timestamp') ?? '');
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}
