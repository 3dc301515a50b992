import { isFields } from '../fields.ts';
import type { SearchKind } from './kinds.ts';

/** One text of an event or of a transcript's entry, as the search knows it. */
export interface SearchPiece {
  kind: SearchKind;
  text: string;
  /** What is the same text of the same session, also where another record tells it: the call's id, or the words. */
  identity: string;
  toolName?: string | undefined;
  toolUseId?: string | undefined;
}

/** Of a long text the search knows this much from its head, and from its tail, where output ends in errors. */
const headLength = 80_000;
const tailLength = 20_000;

/** The same words of one session are one text, whoever tells them. */
export function spoken(kind: SearchKind, told: string | undefined): SearchPiece[] {
  const text = cut(told?.trim() ?? '');
  return text === '' ? [] : [{ kind, text, identity: text.replace(/\s+/g, ' ') }];
}

/** A call is known by its id. */
export function ofCall(
  kind: SearchKind,
  call: Pick<SearchPiece, 'toolUseId' | 'toolName'>,
  told: string,
): SearchPiece[] {
  const text = cut(told.trim());
  if (text === '' || call.toolUseId === undefined) return [];
  return [{ kind, text, identity: call.toolUseId, ...call }];
}

/** What repeats the input, bytes, and what is the client's own. */
const skippedKeys: ReadonlySet<string> = new Set([
  ...['originalFile', 'oldString', 'newString', 'data', 'base64', 'signature'],
  ...['sessionId', 'agentId', 'uuid', 'tool_use_id', 'type'],
]);
const maxDepth = 6;

/** Every text of a call's input or response in its order, one per line. */
export function textsOf(value: unknown): string {
  const texts: string[] = [];
  collect(texts, value, 0);
  return texts.join('\n');
}

function collect(texts: string[], value: unknown, depth: number): void {
  if (typeof value === 'string') {
    if (value !== '') texts.push(value);
  } else if (depth < maxDepth) {
    if (Array.isArray(value)) for (const item of value) collect(texts, item, depth + 1);
    else if (isFields(value)) {
      for (const key in value) if (!skippedKeys.has(key)) collect(texts, value[key], depth + 1);
    }
  }
}

/** Colours of a terminal stick to the words beside them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how a terminal's codes begin
const terminalCodes = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g;

function cut(told: string): string {
  const text = told.includes('\u001b') ? told.replace(terminalCodes, '') : told;
  if (text.length <= headLength + tailLength) return text;
  return `${text.slice(0, headLength)}\n${text.slice(-tailLength)}`;
}
