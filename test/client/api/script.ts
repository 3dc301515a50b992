/** What the scripted Messages API plays. A prompt chooses its script by a marker in its text. */

interface ToolCall {
  name: string;
  input: Record<string, unknown>;
}

/** What an attempt gets instead of the answer: an HTTP error, or a stream that breaks off in the middle. */
export type Fault = { status: 400 | 429 | 500 | 529 } | { cut: true };

/** As the API tells it, with what decides a price beside the four counts. */
export interface ToldUsage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
  cache_creation?: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
  server_tool_use?: { web_search_requests: number; web_fetch_requests: number };
  speed?: 'standard' | 'fast';
  inference_geo?: string;
}

/** One answer of the model: some text, then tool calls; the turn ends where there are none. */
export interface Step {
  say?: string;
  calls?: ToolCall[];
  /** What the answer is said to have used, instead of numbers of its own. */
  usage?: ToldUsage;
  /** The answer's stop_reason becomes `refusal`. */
  refuses?: boolean;
  /** Time before the first byte. */
  holdMs?: number;
  /** Until this has happened, too. */
  heldUntil?: Promise<unknown>;
  /** One per attempt; the attempts after them get the answer. */
  faults?: Fault[];
}

export const failing = (status: 400 | 429 | 500 | 529, attempts = 1): Fault[] =>
  Array.from({ length: attempts }, () => ({ status }));

/** Put this into a prompt (typed, or of the Agent tool) to have `track` played. */
export const marker = (track: string): string => `[play ${track}]`;

export const trackIn = (text: string): string | undefined => /\[play ([\w./-]+)\]/.exec(text)?.[1];
