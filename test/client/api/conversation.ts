import { trackIn } from './script.ts';

/** The parts of a Messages API request that decide which step of which script answers it. */
export interface MessagesRequest {
  model: string;
  stream?: boolean;
  tools?: unknown[];
  metadata?: { user_id?: string };
  messages: Message[];
}

interface Message {
  role: 'user' | 'assistant' | 'system';
  content: string | { type: string; text?: string }[];
}

/** Where in its script the agent's conversation is: the answers given since the prompt that carries the marker. */
export function placeIn(request: MessagesRequest): { track: string; step: number } | undefined {
  if (!request.tools?.length || isCompaction(request)) return undefined; // the client's own: a title, a summary
  let step = 0;
  for (const message of request.messages.toReversed()) {
    if (message.role === 'assistant') step += 1;
    else {
      const track = textsOf(message).map(trackIn).findLast(Boolean); // a prompt that failed lies before the next one
      if (track) return { track, step };
    }
  }
  return undefined;
}

/** Compaction asks in the middle of the conversation, and wants its answer in tags. */
export function isCompaction(request: MessagesRequest): boolean {
  const last = request.messages.findLast((message) => message.role === 'user');
  return last !== undefined && textsOf(last).some((text) => text.includes('create a detailed summary'));
}

// A finished background agent is announced in a text that may quote the agent's own prompt, marker and all.
function textsOf(message: Message): string[] {
  const blocks = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
  return blocks
    .filter((block) => block.type === 'text')
    .map((block) => block.text ?? '')
    .filter((text) => !text.includes('<task-notification>'));
}

/** The session a request belongs to; the client hides it in `metadata.user_id`. */
export function sessionOf(request: MessagesRequest): string | undefined {
  return /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=[^0-9a-f-]*$)/.exec(
    request.metadata?.user_id ?? '',
  )?.[0];
}
