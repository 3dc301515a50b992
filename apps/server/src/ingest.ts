import {
  type HookContext,
  isRejection,
  type NewEvent,
  parseAlerts,
  parseEnvelope,
  parseHook,
  parseStatusLine,
  type Redact,
  type Rejection,
  redactDeadLetter,
  redactSecrets,
  rejectionWords,
  sensitivePathOf,
  type TelltaleEvent,
} from '@telltale/core';
import { createOtlpIngest, type OtlpIngest } from './ingest/otlp.ts';
import { parseSentEvents } from './ingest/sent-events.ts';
import { isWhole, notUtf8, readJson, textOf } from './ingest/text.ts';
import { createTranscriptIngest, type TranscriptIngest } from './ingest/transcript.ts';
import type { AppendRecord, AppendResult, Store } from './store/store.ts';

export interface IngestDeps {
  store: Store;
  /** What is masked before anything is stored; secrets alone where it is not said. */
  redact?: Redact;
  /** Events that were committed, and the sessions whose view changed. */
  publish(events: readonly TelltaleEvent[], sessionIds: readonly string[]): void;
}

/** How many events are new, known already, or were deleted. All of them are settled: never send them again. */
export interface Accepted {
  stored: number;
  duplicates: number;
  deleted: number;
}

/**
 * What comes in, from whatever road: parse → redact → append → publish. Resolves after COMMIT; what can never be
 * an event is kept as a dead letter and told as a rejection; a StoreError means that a retry helps.
 */
export interface Ingest extends TranscriptIngest, OtlpIngest {
  /** The stdin of one hook, as it is. */
  hook(body: Buffer, context: HookContext): Promise<Accepted | Rejection>;
  /** The older `POST /events`, with its chat. */
  envelope(body: Buffer, context: HookContext): Promise<Accepted | Rejection>;
  /** Events of other senders (SDK, MCP), one or many. */
  events(body: Buffer, context: HookContext): Promise<Accepted | Rejection>;
  /** What a client gives its status line; settled also where something newer is there. */
  statusLine(body: Buffer, context: HookContext): Promise<Rejection | undefined>;
  /** The webhook of Grafana or Alertmanager. */
  alerts(body: Buffer, context: HookContext): Promise<Accepted | Rejection>;
}

interface Read<T> {
  /** Redacted. */
  text: string;
  masked: number;
  /** The body, where it is the text byte for byte. */
  bytes?: Buffer;
  parsed: T | Rejection;
}

export function createIngest({ store, redact = redactSecrets, publish }: IngestDeps): Ingest {
  const transcripts = createTranscriptIngest({ store, redact, changed: (id) => publish([], [id]) });

  /** Redacts the text as a whole, before anything is cut out of it, and reads it once. */
  function read<T>(body: Buffer, parse: (input: unknown) => T): Read<T> {
    const raw = textOf(body);
    const { text, masked } = redact(raw);
    const input = notUtf8(body, raw) ?? readJson(text);
    const parsed = 'unreadable' in input ? { rejected: input.unreadable } : parse(input.json);
    // Nothing was masked or left out: the bytes that came are the bytes that are stored.
    return { text, masked, parsed, ...(text === raw && isWhole(body) && { bytes: body }) };
  }

  async function append(records: readonly AppendRecord[]): Promise<Accepted> {
    const results = await store.append(records);
    publishStored(results, records);
    return countOf(results);
  }

  function publishStored(results: readonly AppendResult[], records: readonly AppendRecord[]): void {
    const stored: TelltaleEvent[] = [];
    const sessionIds: string[] = [];
    results.forEach((result, index) => {
      const sessionId = records[index]?.event.sessionId;
      if ('stored' in result) stored.push(result.stored);
      if (!('deleted' in result) && sessionId !== undefined) sessionIds.push(sessionId);
    });
    publish(stored, sessionIds);
  }

  async function refuse(road: string, rejection: Rejection, text: string): Promise<Rejection> {
    await store.reject({
      road,
      reason: rejectionWords(rejection),
      text: redactDeadLetter(text, undefined, redact).text,
    });
    return rejection;
  }

  /** A body that holds several events. */
  async function appendAll(road: string, body: Buffer, parse: (input: unknown) => NewEvent[] | Rejection) {
    const { text, masked, parsed: events } = read(body, parse);
    if (isRejection(events)) return refuse(road, events, text);
    // Masked secrets are counted once, with the first event of the body.
    return append(
      events.map((event, index) => ({
        event: marked(event, index === 0 ? masked : 0),
        payloadText: JSON.stringify(event.payload),
      })),
    );
  }

  return {
    ...transcripts,
    ...createOtlpIngest({ store, redact, append }),

    async hook(body, context) {
      const { text, masked, bytes, parsed: event } = read(body, (input) => parseHook(input, context));
      if (isRejection(event)) return refuse('hook', event, text);
      return append([{ event: marked(event, masked), payloadText: text, ...(bytes && { payload: bytes }) }]);
    },

    async envelope(body, context) {
      const { text, masked, parsed: envelope } = read(body, (input) => parseEnvelope(input, context));
      if (isRejection(envelope)) return refuse('envelope', envelope, text);
      const { event, entries } = envelope;
      const accepted = await append([{ event: marked(event, masked), payloadText: JSON.stringify(event.payload) }]);
      await transcripts.entries(entries);
      return accepted;
    },

    async statusLine(body, context) {
      const { text, parsed: told } = read(body, (input) => parseStatusLine(input, context));
      if (isRejection(told)) return refuse('status line', told, text);
      if (await store.putStatusLine(told)) publish([], [told.sessionId]);
      return undefined;
    },

    events: (body, context) => appendAll('events', body, (input) => parseSentEvents(input, context)),
    alerts: (body, context) => appendAll('alert', body, (input) => parseAlerts(input, context)),
  };
}

const maxPath = 500;

/** With what is known of it once: how much was masked, and which sensitive file it touched. */
function marked(event: NewEvent, masked: number): NewEvent {
  if (masked > 0) event.masked = masked;
  const path = sensitivePathOf(event);
  if (path !== undefined) event.sensitive = path.slice(0, maxPath);
  return event;
}

function countOf(results: readonly AppendResult[]): Accepted {
  const accepted: Accepted = { stored: 0, duplicates: 0, deleted: 0 };
  for (const result of results) {
    if ('stored' in result) accepted.stored += 1;
    else if ('deleted' in result) accepted.deleted += 1;
    else accepted.duplicates += 1;
  }
  return accepted;
}
