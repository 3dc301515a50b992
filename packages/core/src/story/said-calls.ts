import { isNeverRan } from '../catalogue/call.ts';
import { errorLine } from '../catalogue/tools.ts';
import { type Fields, fieldsAt, isFields, textAt } from '../fields.ts';
import { contentBlocks, contentText, imagesOf, resultOutcome, type StoryImage } from '../transcript/blocks.ts';

/** A call as the transcript tells it: its block, and later its result. */
export interface SaidCall {
  toolUseId: string;
  toolName: string;
  input: Fields;
  lane: string;
  at: string;
  entry: number;
  cwd?: string | undefined;
  model?: string | undefined;
  requestId?: string | undefined;
  result?: SaidResult;
}

export interface SaidResult {
  state: 'ok' | 'failed' | 'denied' | 'interrupted' | 'never-ran';
  at: string;
  entry: number;
  response: unknown;
  error?: string;
  images: StoryImage[];
  /** Somebody was asked before it ran, or instead. */
  wasAsked: boolean;
  /** Who decided, where the row says it. */
  decidedBy: string | undefined;
}

/** A row of a transcript with where and when it stands. */
export interface Placed {
  line: Fields;
  at: string;
  entry: number;
  lane: string;
}

/** The beginning of a call; a block that comes again changes nothing. */
export function noteCall(calls: Map<string, SaidCall>, row: Placed, block: Fields, model: string | undefined): void {
  const toolUseId = textAt(block, 'id');
  if (toolUseId === undefined || calls.has(toolUseId)) return;
  const { lane, at, entry, line } = row;
  const toolName = textAt(block, 'name') ?? 'unknown tool';
  const input = fieldsAt(block, 'input') ?? {};
  const [cwd, requestId] = [textAt(line, 'cwd'), textAt(line, 'requestId')];
  calls.set(toolUseId, { toolUseId, toolName, input, lane, at, entry, cwd, model, requestId });
}

/** The result of a call; a second one changes nothing. */
export function noteResult(calls: ReadonlyMap<string, SaidCall>, { line, at, entry }: Placed, block: Fields): void {
  const call = calls.get(textAt(block, 'tool_use_id') ?? '');
  if (!call || call.result) return;
  const text = contentText(block.content);
  const outcome = resultOutcome(line, block);
  const hasNotRun = outcome === 'failed' && isNeverRan(text);
  const structured = isFields(line.toolUseResult) || Array.isArray(line.toolUseResult) ? line.toolUseResult : undefined;
  call.result = {
    state: hasNotRun ? 'never-ran' : outcome,
    at,
    entry,
    response: structured ?? block.content,
    ...(outcome !== 'ok' && { error: text }),
    images: imagesOf(contentBlocks(block.content)),
    wasAsked: wasAsked(line),
    decidedBy: textAt(fieldsAt(line, 'permissionDecision'), 'source'),
  };
}

/** `user_temporary`, `user_permanent`: somebody decided; a rule or a mode says `config`. */
function wasAsked(line: Fields): boolean {
  const source = textAt(fieldsAt(line, 'permissionDecision'), 'source');
  return (source?.startsWith('user') ?? false) || (source === undefined && line.toolDenialKind === 'user-rejected');
}

/** The first line of what went wrong. */
export function problemOf(result: SaidResult): string | undefined {
  return result.error === undefined ? undefined : errorLine(result.error);
}
