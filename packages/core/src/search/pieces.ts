import type { TelltaleEvent } from '../event.ts';
import { type Fields, fieldsAt, isFields, rowOf, textAt } from '../fields.ts';
import { blocksOf, contentText, isToolResult, isToolUse } from '../transcript/blocks.ts';
import { isHouseAgent, queuedPrompt, userRow } from '../transcript/said.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import { heardNames, heardPieces } from './heard.ts';
import { ofCall, type SearchPiece, spoken, textsOf } from './piece.ts';
import { promptPieces } from './prompt.ts';
import { summaryPieces } from './summary.ts';

/** The events that `piecesOfEvent` finds texts in, by who sends them. */
export const searchedEvents = {
  hook: [
    ...['UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'PostToolUseFailure'],
    ...['MessageDisplay', 'Stop', 'SubagentStop', 'PostCompact'],
  ],
  otel: heardNames,
} as const;

type SearchedEvent = Pick<TelltaleEvent, 'source' | 'name' | 'payload' | 'toolName'>;

/** What was said and done, as a hook or telemetry tells it. The payload must be redacted already. */
export function piecesOfEvent({ source, name, payload, toolName }: SearchedEvent): SearchPiece[] {
  if (!payload) return [];
  if (source === 'otel') return heardPieces(name, payload, toolName);
  return (source === 'hook' && rowOf(eventPieces, name)?.(payload)) || [];
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
  // Of a message in several parts: with the text of all of them, see displayed.ts.
  MessageDisplay: (payload) =>
    payload.index === 0 && payload.final === true ? spoken('answer', textAt(payload, 'delta')) : [],
  Stop: (payload) => spoken('answer', textAt(payload, 'last_assistant_message')),
  // Compaction sends one of its own, without a type: its words are the summary.
  SubagentStop: (payload) =>
    payload.agent_type === ''
      ? summaryPieces(textAt(payload, 'last_assistant_message'))
      : spoken('answer', textAt(payload, 'last_assistant_message')),
  PostCompact: (payload) => summaryPieces(textAt(payload, 'compact_summary')),
};

const entryPieces: Readonly<Record<string, (line: Fields, isOfAgent: boolean) => SearchPiece[]>> = {
  user(line, isOfAgent) {
    const said = userRow(line);
    if (said.kind === 'tool-results')
      return blocksOf(line)
        .filter(isToolResult)
        .flatMap((block) => saidResult(line, block));
    if (said.kind === 'compact-summary') return summaryPieces(contentText(fieldsAt(line, 'message')?.content));
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
