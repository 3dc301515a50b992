import { type Fields, isFields, rowOf, textAt } from '../fields.ts';
import { userRow } from '../transcript/said.ts';
import { ofCall, type SearchPiece, spoken, textsOf } from './piece.ts';
import { promptPieces } from './prompt.ts';
import { summaryPieces } from './summary.ts';

/** The events of telemetry that tell texts, where the client is asked to log them. */
export const heardNames = ['user_prompt', 'assistant_response', 'tool_result', 'tool_decision'] as const;

/** What telemetry tells. Of inputs it has less than hooks and transcripts: the client shortens what is long. */
export function heardPieces(name: string, payload: Fields, toolName: string | undefined): SearchPiece[] {
  return rowOf(pieces, name)?.(payload, toolName) ?? [];
}

const pieces: Readonly<Record<(typeof heardNames)[number], (payload: Fields, toolName?: string) => SearchPiece[]>> = {
  user_prompt: (payload) => promptPieces(userRow({ message: { content: toldAt(payload, 'prompt') ?? '' } })),
  assistant_response(payload) {
    const source = textAt(payload, 'query_source') ?? 'sdk';
    if (source === 'compact') return summaryPieces(toldAt(payload, 'response'));
    // The rest the client asks for itself: titles, suggestions.
    return /^(?:sdk|repl_main_thread|agent:)/.test(source) ? spoken('answer', toldAt(payload, 'response')) : [];
  },
  tool_result(payload, toolName) {
    const error = payload.success === false || payload.success === 'false' ? toldAt(payload, 'error') : undefined;
    return [
      ...input(payload, 'tool_input', toolName),
      ...ofCall('tool-result', callOf(payload, toolName), error ?? ''),
    ];
  },
  // A call that ran is told by its result.
  tool_decision: (payload, toolName) =>
    textAt(payload, 'decision') === 'reject' ? input(payload, 'tool_parameters', toolName) : [],
};

function input(payload: Fields, key: string, toolName: string | undefined): SearchPiece[] {
  const told = toldAt(payload, key);
  return told === undefined ? [] : ofCall('tool-input', callOf(payload, toolName), textsOf(parsed(told)));
}

function callOf(payload: Fields, toolName: string | undefined): Pick<SearchPiece, 'toolUseId' | 'toolName'> {
  return { toolUseId: textAt(payload, 'tool_use_id'), toolName: toolName ?? textAt(payload, 'tool_name') };
}

function toldAt(payload: Fields, key: string): string | undefined {
  const text = textAt(payload, key);
  return text === '<REDACTED>' ? undefined : text;
}

/** JSON that was cut is searched as it is. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : text;
  } catch {
    return text;
  }
}
