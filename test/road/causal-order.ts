import type { TelltaleEvent } from '@telltale/core';

/**
 * Pairs of stored events that are told in the wrong order, by (`at`, `id`): what caused something must come before it.
 * Names the pairs, so that a failing test says which.
 */
export function disorder(events: readonly TelltaleEvent[]): string[] {
  const told = [...events].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return told.flatMap((later, index) =>
    told
      .slice(0, index)
      .filter((earlier) => earlier.at < later.at && causes(later, earlier))
      .map((earlier) => `${describe(earlier)} is told before its cause ${describe(later)}`),
  );
}

function causes(cause: TelltaleEvent, effect: TelltaleEvent): boolean {
  if (cause.sessionId !== effect.sessionId) return false;
  return rules.some((rule) => rule(cause, effect));
}

const isTool = (event: TelltaleEvent): boolean => /ToolUse|ToolBatch|Permission/.test(event.name);

const rules: ((cause: TelltaleEvent, effect: TelltaleEvent) => boolean)[] = [
  // A prompt, then what was done for it. A background agent works for whatever prompt is current.
  (cause, effect) =>
    cause.name === 'UserPromptSubmit' &&
    cause.promptId === effect.promptId &&
    effect.agentId === undefined &&
    (isTool(effect) || effect.name === 'Stop' || effect.name === 'StopFailure'),
  // A call, then its end.
  (cause, effect) =>
    cause.name === 'PreToolUse' && cause.toolUseId === effect.toolUseId && /^PostToolUse/.test(effect.name),
  // The ends of the calls, then their batch.
  (cause, effect) => effect.name === 'PostToolBatch' && callsOf(effect).includes(cause.toolUseId ?? '-'),
  // An agent starts, works, stops.
  (cause, effect) =>
    cause.name === 'SubagentStart' && cause.agentId === effect.agentId && effect.name !== 'SubagentStart',
  (cause, effect) => effect.name === 'SubagentStop' && isTool(cause) && cause.agentId === effect.agentId,
  // The main agent's calls, then the end of its turn.
  (cause, effect) =>
    effect.name === 'Stop' && isTool(cause) && cause.agentId === undefined && cause.promptId === effect.promptId,
];

function callsOf(batch: TelltaleEvent): string[] {
  const calls = batch.payload?.tool_calls;
  if (!Array.isArray(calls)) return [];
  return calls.map((call: { tool_use_id?: string }) => call.tool_use_id ?? '');
}

const describe = (event: TelltaleEvent): string =>
  `${event.name} ${event.toolUseId ?? event.agentId ?? ''} at ${event.at}`;
