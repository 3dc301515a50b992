import type { TelltaleEvent } from '../event.ts';
import { type Fields, fieldsAt, isFields, rowOf, textAt } from '../fields.ts';
import { blocksOf, contentText, isToolResult, isToolUse } from '../transcript/blocks.ts';
import { isHouseAgent, queuedPrompt, type UserRow, userRow } from '../transcript/said.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
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

/** The hook events that `piecesOfEvent` finds texts in. */
export const searchedEvents = [
  ...['UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'PostToolUseFailure'],
  ...['MessageDisplay', 'Stop', 'SubagentStop'],
] as const;

/** What was said and done, as a hook tells it. The payload must be redacted already. */
export function piecesOfEvent({ name, payload }: Pick<TelltaleEvent, 'name' | 'payload'>): SearchPiece[] {
  return (payload && rowOf(eventPieces, name)?.(payload)) ?? [];
}

/** The same of a transcript's entry. */
export function piecesOfEntry({
  type,
  line,
  agentId,
}: Pick<TranscriptEntry, 'type' | 'line' | 'agentId'>): SearchPiece[] {
  if (agentId !== undefined && isHouseAgent(agentId)) return [];
  return rowOf(entryPieces, type)?.(line, agentId !== undefined || line.isSidechain === true) ?? [];
}

const eventPieces: Readonly<Record<string, (payload: Fields) => SearchPiece[]>> = {
  UserPromptSubmit: (payload) => promptPieces(userRow({ message: { content: textAt(payload, 'prompt') ?? '' } })),
  PreToolUse: (payload) => inputPieces(payload),
  PostToolUse: (payload) => [...inputPieces(payload), ...resultPieces(payload, payload.tool_response)],
  PostToolUseFailure: (payload) => [...inputPieces(payload), ...resultPieces(payload, payload.error)],
  // A message that comes in several pieces is told whole by the transcript, and the last one by Stop.
  MessageDisplay: (payload) =>
    payload.index === 0 && payload.final === true ? spoken('answer', textAt(payload, 'delta')) : [],
  Stop: (payload) => spoken('answer', textAt(payload, 'last_assistant_message')),
  SubagentStop: (payload) => spoken('answer', textAt(payload, 'last_assistant_message')),
};

const entryPieces: Readonly<Record<string, (line: Fields, isOfAgent: boolean) => SearchPiece[]>> = {
  user(line, isOfAgent) {
    const said = userRow(line);
    if (said.kind === 'tool-results')
      return blocksOf(line)
        .filter(isToolResult)
        .flatMap((block) => saidResult(line, block));
    // A subagent's first row is the input of its Agent call.
    return isOfAgent ? [] : promptPieces(said);
  },
  assistant(line) {
    const message = fieldsAt(line, 'message');
    if (line.isApiErrorMessage === true || textAt(message, 'model') === '<synthetic>') return [];
    return blocksOf(line).flatMap((block) => {
      if (isToolUse(block)) return saidCall(block);
      if (isToolResult(block)) return saidResult({}, block);
      if (block.type === 'text') return spoken('answer', textAt(block, 'text'));
      return block.type === 'thinking' ? spoken('thinking', textAt(block, 'thinking')) : [];
    });
  },
  attachment(line, isOfAgent) {
    const said = queuedPrompt(line);
    return said && !isOfAgent ? promptPieces(said) : [];
  },
};

function promptPieces(said: UserRow): SearchPiece[] {
  if (said.kind === 'typed' || said.kind === 'command') return spoken('prompt', said.text);
  // What a background task reports is a result, though of no call that is known here.
  return said.kind === 'notification' ? spoken('tool-result', said.text) : [];
}

/** The same words of one session are one text, whoever tells them. */
function spoken(kind: SearchKind, told: string | undefined): SearchPiece[] {
  const text = cut(told?.trim() ?? '');
  return text === '' ? [] : [{ kind, text, identity: text.replace(/\s+/g, ' ') }];
}

function inputPieces(payload: Fields): SearchPiece[] {
  const call = { toolUseId: textAt(payload, 'tool_use_id'), toolName: textAt(payload, 'tool_name') };
  return ofCall('tool-input', call, textsOf(payload.tool_input));
}

function resultPieces(payload: Fields, response: unknown): SearchPiece[] {
  const call = { toolUseId: textAt(payload, 'tool_use_id'), toolName: textAt(payload, 'tool_name') };
  return ofCall('tool-result', call, textsOf(response));
}

function saidCall(block: Fields): SearchPiece[] {
  const call = { toolUseId: textAt(block, 'id'), toolName: textAt(block, 'name') };
  return ofCall('tool-input', call, textsOf(block.input));
}

/** The tool's own structure where one is told, as the hook has it; else the text that the model got. */
function saidResult(line: Fields, block: Fields): SearchPiece[] {
  const structured = isFields(line.toolUseResult) || Array.isArray(line.toolUseResult) ? line.toolUseResult : undefined;
  const text = structured === undefined ? contentText(block.content) : textsOf(structured);
  return ofCall('tool-result', { toolUseId: textAt(block, 'tool_use_id'), toolName: undefined }, text);
}

function ofCall(kind: SearchKind, call: Pick<SearchPiece, 'toolUseId' | 'toolName'>, told: string): SearchPiece[] {
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
function textsOf(value: unknown): string {
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
