import { countWords } from '@telltale/core';
import { isRecord, type OpenedAction } from '../opened/opened-action.ts';
import { plural } from '../words/amount.ts';
import { duration } from '../words/time.ts';
import { textBlocks } from './shell-run.ts';

export interface AgentRun {
  type: string;
  description: string;
  prompt: string;
  answer: string;
  agentId?: string | undefined;
  /** `9 tools`, `31 s`, `12 k tokens`: as the call's answer tells them. */
  facts: string[];
}

/** What a subagent was asked and answered; of its own events only the type is known. */
export function agentRun({ input, response, events, agentId }: OpenedAction): AgentRun {
  const fields = isRecord(response) ? response : {};
  const facts: string[] = [];
  if (typeof fields.totalToolUseCount === 'number') facts.push(plural(fields.totalToolUseCount, 'tool'));
  if (typeof fields.totalDurationMs === 'number') facts.push(duration(fields.totalDurationMs));
  if (typeof fields.totalTokens === 'number') facts.push(`${countWords(fields.totalTokens)} tokens`);
  if (fields.status === 'async_launched') facts.push('in background');
  return {
    type: text(input.subagent_type) || (events.find((event) => event.agentType)?.agentType ?? 'subagent'),
    description: text(input.description),
    prompt: text(input.prompt) || text(fields.prompt),
    answer: typeof response === 'string' ? response : textBlocks(response) || text(input.last_assistant_message),
    agentId: text(fields.agentId) || agentId,
    facts,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
