import { callSummary, errorLine } from '../catalogue/tools.ts';
import { fieldsAt, textAt } from '../fields.ts';
import { present } from '../present.ts';
import { blocksOf, contentText, isToolResult, isToolUse, resultOutcome } from '../transcript/blocks.ts';
import { isHouseAgent } from '../transcript/said.ts';
import { requestIdOf } from '../transcript/usage.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import { agentName } from './calls.ts';

/** What one entry of a transcript tells of a call: that it was made, or how it ended. */
export type SaidCall =
  | { id: string; at: number; tool: string; words: string; agent: string; request?: string }
  | { id: string; endedAt: number; state: 'ok' | 'failed' | 'denied' | 'interrupted'; errorLine?: string };

/** Nothing of agents that the client runs for itself, and of rows without a time. */
export function saidCallsOf({ type, at: told, line, agentId }: TranscriptEntry): SaidCall[] {
  if (told === undefined || (agentId !== undefined && isHouseAgent(agentId))) return [];
  if (type !== 'assistant' && type !== 'user') return [];
  const at = Date.parse(told);
  return blocksOf(line).flatMap((block): SaidCall[] => {
    if (isToolUse(block)) {
      const id = textAt(block, 'id');
      const tool = textAt(block, 'name') ?? 'unknown tool';
      if (id === undefined) return [];
      const words = callSummary(tool, fieldsAt(block, 'input') ?? {}, textAt(line, 'cwd'));
      return [present({ id, at, tool, words, agent: agentName(present({ agentId })), request: requestIdOf(line) })];
    }
    const id = isToolResult(block) ? textAt(block, 'tool_use_id') : undefined;
    if (id === undefined) return [];
    const state = stateOf(resultOutcome(line, block));
    return [{ id, endedAt: at, state, ...(state !== 'ok' && { errorLine: errorLine(contentText(block.content)) }) }];
  });
}

function stateOf(outcome: string): 'ok' | 'failed' | 'denied' | 'interrupted' {
  return outcome === 'failed' || outcome === 'denied' || outcome === 'interrupted' ? outcome : 'ok';
}
