import { randomUUID } from 'node:crypto';
import type { Step } from './script.ts';

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
}

export interface ToolUse {
  type: 'tool_use';
  id: string;
  name: string;
  input: Record<string, unknown>;
}

type Block = { type: 'text'; text: string } | ToolUse;

export interface AnswerMessage {
  id: string;
  type: 'message';
  role: 'assistant';
  model: string;
  content: Block[];
  stop_reason: 'end_turn' | 'tool_use' | 'refusal';
  stop_sequence: null;
  usage: Usage;
}

/** The answer to one request. `serial` makes every request's usage its own, so that a mixed-up sum shows. */
export function answerOf(step: Step, model: string, serial: number): AnswerMessage {
  const calls = (step.calls ?? []).map((call): ToolUse => ({ type: 'tool_use', id: freshId('toolu_'), ...call }));
  const content: Block[] = step.say || calls.length === 0 ? [{ type: 'text', text: step.say ?? 'Done.' }] : [];
  return {
    id: freshId('msg_'),
    type: 'message',
    role: 'assistant',
    model,
    content: [...content, ...calls],
    stop_reason: step.refuses ? 'refusal' : calls.length > 0 ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: step.usage ?? usageOf(serial),
  };
}

function usageOf(serial: number): Usage {
  return {
    input_tokens: 101 + ((serial * 37) % 211),
    output_tokens: 53 + ((serial * 29) % 97),
    cache_read_input_tokens: 2000 + ((serial * 101) % 503),
    cache_creation_input_tokens: 300 + ((serial * 61) % 307),
  };
}

/** A stream begins with the whole input and one token of output. */
export const usageAtStart = (usage: Usage): Usage => ({ ...usage, output_tokens: 1 });

export const freshId = (prefix: string): string => prefix + randomUUID().replaceAll('-', '').slice(0, 22);

/** The message as the server-sent events of a stream, in order. */
export function* streamOf(message: AnswerMessage): Generator<{ type: string }> {
  const { content, stop_reason, ...rest } = message;
  const usage = usageAtStart(message.usage);
  yield { type: 'message_start', ...{ message: { ...rest, content: [], stop_reason: null, usage } } };
  for (const [index, block] of content.entries()) {
    yield { type: 'content_block_start', ...{ index, content_block: emptied(block) } };
    for (const delta of deltasOf(block)) yield { type: 'content_block_delta', ...{ index, delta } };
    yield { type: 'content_block_stop', ...{ index } };
  }
  yield { type: 'message_delta', ...{ delta: { stop_reason, stop_sequence: null }, usage: message.usage } };
  yield { type: 'message_stop' };
}

const emptied = (block: Block): Block => (block.type === 'text' ? { type: 'text', text: '' } : { ...block, input: {} });

function deltasOf(block: Block): object[] {
  if (block.type === 'text') return halves(block.text).map((text) => ({ type: 'text_delta', text }));
  return halves(JSON.stringify(block.input)).map((partial_json) => ({ type: 'input_json_delta', partial_json }));
}

// Two pieces: a client that only reads the first or the last one is found out.
const halves = (text: string): string[] => {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter(Boolean);
};
