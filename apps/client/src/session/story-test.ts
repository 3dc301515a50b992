import { isRejection, parseHook, type TelltaleEvent } from '@telltale/core';
import { buildStory } from '@telltale/core/story';
import { indexStory, type StoryIndex } from './story-index.ts';

type Fields = Record<string, unknown>;
type CallEnd = { error?: string; response?: unknown; agent?: Fields };

/** Events of a session as its hooks tell them: one a second, `seq` from 1. */
export function eventTeller() {
  const events: TelltaleEvent[] = [];
  const tell = (name: string, fields: Fields) => {
    const seq = events.length + 1;
    const at = new Date(Date.UTC(2026, 10, 21, 14, 0, seq)).toISOString();
    const input = { session_id: 's', hook_event_name: name, cwd: '/x', ...fields };
    const event = parseHook(input, { id: `e${seq}`, at, app: 'api', receivedAt: at });
    if (isRejection(event)) throw new Error(event.rejected);
    events.push({ ...event, seq });
  };
  const prompt = (promptId: string, text: string) => tell('UserPromptSubmit', { prompt_id: promptId, prompt: text });
  const call = (promptId: string, toolName: string, input: Fields, { error, response = 'ok', agent }: CallEnd = {}) => {
    const told = {
      prompt_id: promptId,
      tool_name: toolName,
      tool_input: input,
      tool_use_id: `t${events.length + 1}`,
      ...agent,
    };
    tell('PreToolUse', told);
    if (error === undefined) tell('PostToolUse', { ...told, tool_response: response });
    else tell('PostToolUseFailure', { ...told, error });
  };
  const stop = (promptId: string, answer: string) =>
    tell('Stop', { prompt_id: promptId, last_assistant_message: answer });
  return { tell, prompt, call, stop, index: (): StoryIndex => indexStory(buildStory({ events, entries: [] })) };
}

/** Two prompts, the first with a failure and a subagent whose call failed too. */
export function smallStory(): StoryIndex {
  const { tell, prompt, call, stop, index } = eventTeller();
  const agent = { agent_id: 'a1', agent_type: 'Explore' };
  const input = { description: 'find limiters', prompt: 'Look for limiters.', subagent_type: 'Explore' };
  const spawn = { prompt_id: 'p1', tool_name: 'Agent', tool_input: input, tool_use_id: 'spawn' };
  prompt('p1', 'add rate limiting');
  call('p1', 'Bash', { command: 'npm test' }, { error: 'Exit code 1\nFAIL limits.test.ts' });
  tell('PreToolUse', spawn);
  tell('SubagentStart', agent);
  call('p1', 'Read', { file_path: '/x/gone.ts' }, { error: 'File does not exist.', agent });
  tell('SubagentStop', { ...agent, last_assistant_message: 'none found' });
  const response = { status: 'completed', agentId: 'a1', content: [{ type: 'text', text: 'none found' }] };
  tell('PostToolUse', { ...spawn, tool_response: response });
  stop('p1', 'Rate limiting is in.');
  prompt('p2', 'thanks');
  stop('p2', 'You are welcome.');
  return index();
}
