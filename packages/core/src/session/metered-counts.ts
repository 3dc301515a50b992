import { promptKind } from '../catalogue/prompt.ts';
import type { TelltaleEvent } from '../event.ts';
import { textAt } from '../fields.ts';
import type { SessionFold } from './fold.ts';

/** Prompts and calls of a session whose hooks nobody registered, as its telemetry tells them. */
export function countMetered(fold: SessionFold, { name, outcome, payload }: TelltaleEvent): void {
  const isPrompt = name === 'user_prompt' && isTyped(payload);
  // A call that was denied has no result.
  const isCall = name === 'tool_result' || (name === 'tool_decision' && outcome === 'denied');
  if (!isPrompt && !isCall) return;
  fold.metered ??= { prompts: 0, tools: 0, failures: 0 };
  if (isPrompt) fold.metered.prompts += 1;
  else fold.metered.tools += 1;
  if (name === 'tool_result' && outcome === 'failed') fold.metered.failures += 1;
}

/** As with hooks; of a prompt whose words are not told only its command is known. */
function isTyped(payload: TelltaleEvent['payload']): boolean {
  return textAt(payload, 'command_source') !== 'builtin' && promptKind(textAt(payload, 'prompt') ?? '') === 'typed';
}
