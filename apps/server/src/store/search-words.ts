import { searchTextOf } from '@telltale/core';
import { payloadOf } from './event-row.ts';

/** What of an event's row goes into its search text. */
export interface EventWords {
  name: string;
  summary: string;
  tool_name: string | null;
  agent_type: string | null;
}

export function searchTextOfRow({ name, summary, tool_name, agent_type }: EventWords, payloadText: string): string {
  const payload = payloadOf(payloadText);
  return searchTextOf({
    name,
    summary,
    ...(tool_name !== null && { toolName: tool_name }),
    ...(agent_type !== null && { agentType: agent_type }),
    ...(payload && { payload }),
  });
}

/** The search text of an event that has none stored yet; the view `events` calls it. */
export function freshSearchText(
  payload: Buffer,
  name: string,
  summary: string,
  tool_name: string | null,
  agent_type: string | null,
): string {
  return searchTextOfRow({ name, summary, tool_name, agent_type }, payload.toString('utf8'));
}
