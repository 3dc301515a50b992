import type { Tokens } from '../cost-view.ts';
import { type Fields, fieldsAt, numberAt, textAt } from '../fields.ts';
import { modelBase } from '../ledger.ts';
import { present } from '../present.ts';
import type { PricedUsage } from '../pricing.ts';
import { asTokens } from '../tokens.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';

/** An API request as a row of a transcript reports it. */
export interface SaidRequest {
  /** The API's request id; where a provider gives none, the message's. */
  id: string;
  sessionId: string;
  at: string;
  /** Without the suffix that old clients add: `[1m]`. */
  model: string;
  /** The row's own; assistant rows have none, so the caller keeps the last `promptIdOf` of the same file. */
  promptId?: string;
  agentId?: string;
  /** `fast` or `normal`, as telemetry spells it. */
  speed?: string;
  clientVersion?: string;
  tokens: Tokens;
  /** Of `cacheCreation`: kept for an hour instead of five minutes. */
  cacheCreation1h: number;
  webSearches: number;
  geo?: string;
}

/**
 * The request that a row belongs to, with all of its usage: a request has a row per content block, each with the same
 * id, so the caller counts it once, by the row with the most output (`fuller`). Rows that the client wrote itself
 * (errors, interrupts: model `<synthetic>`) and rows without a time are no request.
 */
export function requestOf({ sessionId, agentId, type, at, line }: TranscriptEntry): SaidRequest | undefined {
  const message = type === 'assistant' ? fieldsAt(line, 'message') : undefined;
  const usage = fieldsAt(message, 'usage');
  const id = requestIdOf(line);
  const model = textAt(message, 'model');
  if (!usage || id === undefined || model === undefined || at === undefined) return undefined;
  if (model === '<synthetic>' || line.isApiErrorMessage === true) return undefined;
  return present({
    ...{ id, sessionId, at, agentId },
    model: modelBase(model),
    promptId: promptIdOf({ line }),
    speed: speedOf(usage),
    clientVersion: textAt(line, 'version'),
    ...tokensOf(usage),
    webSearches: count(fieldsAt(usage, 'server_tool_use'), 'web_search_requests'),
    geo: textAt(usage, 'inference_geo'),
  });
}

/** The API's id of the request that a row is part of; where a provider gives none, the message's. */
export function requestIdOf(line: Fields): string | undefined {
  return textAt(line, 'requestId') ?? textAt(fieldsAt(line, 'message'), 'id');
}

/** The prompt that a row names: rows in the user's name do, what follows them in the same file belongs to it. */
export function promptIdOf({ line }: Pick<TranscriptEntry, 'line'>): string | undefined {
  return textAt(line, 'promptId');
}

/** Of two rows of one request the one that knows more: the last row of a streamed message has all of its output. */
export function fuller(a: SaidRequest, b: SaidRequest): SaidRequest {
  return b.tokens.output > a.tokens.output ? b : a;
}

/** As `priceOf` takes it. */
export function usageOf({ tokens, cacheCreation1h, webSearches, speed, geo }: SaidRequest): PricedUsage {
  return { ...tokens, cacheCreation1h, webSearches, speed, geo };
}

function tokensOf(usage: Fields): { tokens: Tokens; cacheCreation1h: number } {
  const cacheCreation = count(usage, 'cache_creation_input_tokens');
  const split = fieldsAt(usage, 'cache_creation');
  const tokens = {
    input: count(usage, 'input_tokens'),
    output: count(usage, 'output_tokens'),
    cacheRead: count(usage, 'cache_read_input_tokens'),
    cacheCreation,
  };
  // The sum is what is charged: a proxy may leave the split empty, or tell more than the sum.
  return { tokens, cacheCreation1h: Math.min(count(split, 'ephemeral_1h_input_tokens'), cacheCreation) };
}

function speedOf(usage: Fields): string | undefined {
  const speed = textAt(usage, 'speed');
  return speed === 'standard' ? 'normal' : speed;
}

function count(fields: Fields | undefined, key: string): number {
  return asTokens(numberAt(fields, key));
}
