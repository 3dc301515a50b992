import type { Tokens } from './cost-view.ts';
import type { TelltaleEvent } from './event.ts';
import { type Fields, fieldsAt, numericAt, textAt } from './fields.ts';
import { present } from './present.ts';
import { asTokens } from './tokens.ts';

/** Rows of another version are made again from their events and transcripts. */
export const ledgerVersion = 1;

/** One API request as its `api_request` event tells it. What is not told is absent. */
export interface LedgerRow {
  /** The API's request id; where the event tells none, its own. */
  id: string;
  /** It is the event's own: what the transcript calls the same request is not known. */
  isNameless?: boolean;
  /** Milliseconds since 1970. */
  at: number;
  /** As sent: a background agent's events name the prompt that is current; the trace tells the right one. */
  promptId?: string;
  traceId?: string;
  agentId?: string;
  agentType?: string;
  querySource?: string;
  model: string;
  effort?: string;
  speed?: string;
  geo?: string;
  clientVersion?: string;
  /** Billionths of a dollar, as the client reckoned; absent where it told no sum that can be. */
  costNanos?: number;
  tokens: Tokens;
  /** Of `tokens.cacheCreation`: kept for an hour instead of five minutes. */
  cacheCreation1h: number;
  durationMs?: number;
  ttftMs?: number;
}

/** Which prompt a trace began with. */
export interface PromptTrace {
  traceId: string;
  promptId: string;
  at: number;
}

type LedgerEvent = Pick<
  TelltaleEvent,
  'id' | 'source' | 'name' | 'at' | 'promptId' | 'agentId' | 'agentType' | 'model' | 'durationMs' | 'payload'
>;

const nanosPerUsd = 1e9;
/** A sum above this is no price of a request: sums must stay exact. */
const maxCostNanos = 100_000 * nanosPerUsd;

/** Nothing for any other event. */
export function ledgerRowOf(event: LedgerEvent): LedgerRow | undefined {
  const { source, name, payload = {} } = event;
  if (source !== 'otel' || name !== 'api_request') return undefined;
  const cacheCreation = countAt(payload, 'cache_creation_tokens');
  const requestId = textAt(payload, 'request_id');
  return present({
    id: requestId ?? event.id,
    isNameless: requestId === undefined ? true : undefined,
    at: Date.parse(event.at),
    promptId: event.promptId,
    traceId: textAt(payload, 'traceId'),
    agentId: event.agentId,
    agentType: event.agentType,
    querySource: textAt(payload, 'query_source'),
    model: modelBase(event.model ?? 'unknown'),
    effort: textAt(payload, 'effort'),
    speed: textAt(payload, 'speed'),
    geo: textAt(payload, 'inference_geo'),
    clientVersion: textAt(payload, 'app.version') ?? textAt(fieldsAt(payload, 'resource'), 'service.version'),
    costNanos: costNanosOf(payload),
    tokens: {
      input: countAt(payload, 'input_tokens'),
      output: countAt(payload, 'output_tokens'),
      cacheRead: countAt(payload, 'cache_read_tokens'),
      cacheCreation,
    },
    // Old clients (2.1.197) do not tell it: what they wrote lives five minutes.
    cacheCreation1h: Math.min(cacheCreation, countAt(payload, 'cache_creation_1h_tokens')),
    durationMs: event.durationMs,
    ttftMs: durationAt(payload, 'ttft_ms'),
  });
}

/** Of a `user_prompt` event with its trace; nothing for any other event. */
export function promptTraceOf(event: LedgerEvent): PromptTrace | undefined {
  if (event.source !== 'otel' || event.name !== 'user_prompt') return undefined;
  const traceId = textAt(event.payload, 'traceId');
  const { promptId } = event;
  return traceId === undefined || promptId === undefined ? undefined : { traceId, promptId, at: Date.parse(event.at) };
}

/** Old clients' metrics write `claude-opus-4-8[1m]` where their events write `claude-opus-4-8`. */
export function modelBase(model: string): string {
  return model.replace(/\[\w+\]$/, '') || model;
}

export function nanosOfUsd(usd: number): number {
  return Math.round(usd * nanosPerUsd);
}

export function usdOfNanos(nanos: number): number {
  return nanos / nanosPerUsd;
}

/** `cost_usd` is not rounded where `cost_usd_micros` is. */
function costNanosOf(payload: Fields): number | undefined {
  const usd = numericAt(payload, 'cost_usd');
  const micros = numericAt(payload, 'cost_usd_micros');
  const nanos = usd !== undefined ? nanosOfUsd(usd) : micros === undefined ? undefined : Math.round(micros * 1000);
  return nanos !== undefined && nanos >= 0 && nanos <= maxCostNanos ? nanos : undefined;
}

function countAt(payload: Fields, key: string): number {
  return asTokens(numericAt(payload, key));
}

function durationAt(payload: Fields, key: string): number | undefined {
  const ms = numericAt(payload, key);
  return ms !== undefined && ms >= 0 ? ms : undefined;
}
