import type { ActionState, Outcome, TelltaleEvent } from '@telltale/core';
import type { ActionItem } from '@telltale/core/story';
import { type OpenedAction, openAction } from '../opened/opened-action.ts';

/** A call of the story as its renderer gets it; what the events tell whole wins over what the story holds. */
export function openedItem(item: ActionItem, events: readonly TelltaleEvent[]): OpenedAction {
  const { action } = item;
  const told = openAction(events);
  const last = events.at(-1);
  const hasInput = events.some(({ payload }) => payload?.tool_input !== undefined);
  return {
    toolName: action.toolName,
    name: last?.name ?? action.name,
    sessionId: action.sessionId ?? last?.sessionId,
    agentId: action.agentId,
    toolUseId: action.toolUseId,
    outcome: outcomes[action.state],
    durationMs: action.durationMs,
    cwd: told?.cwd,
    input: hasInput && told ? told.input : item.input,
    response: told?.response ?? item.response,
    error: told?.error ?? item.error,
    events,
  };
}

const outcomes: Readonly<Partial<Record<ActionState, Outcome>>> = {
  ok: 'ok',
  failed: 'failed',
  'never-ran': 'failed',
  denied: 'denied',
  interrupted: 'interrupted',
};
