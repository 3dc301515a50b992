import { isAgentTool } from '../catalogue/tools.ts';
import { isFields, textAt } from '../fields.ts';
import { msBetween } from '../iso-time.ts';
import { present } from '../present.ts';
import type { Session } from '../session-view.ts';
import type { JoinedCall } from './calls.ts';
import { type DraftEnd, type DraftItem, mainLane } from './draft.ts';
import type { EntryDrafts } from './from-entries.ts';
import type { EventDrafts } from './from-events.ts';
import type { ActionItem, StoryItem, SubagentItem } from './story.ts';
import { settleTexts } from './texts.ts';

/** What the subagents of a session did, each to be folded into the call that started it. */
export interface Agents {
  /** Call → agent. */
  ofCall: ReadonlyMap<string, string>;
  lanes: ReadonlyMap<string, readonly DraftItem[]>;
  ends: ReadonlyMap<string, readonly DraftEnd[]>;
  done: EventDrafts;
  said: EntryDrafts;
  /** Agents that have their place; wrong input must not make a circle. */
  told: Set<string>;
}

/** Which agent each Agent call started: by the call's answer, else by its prompt, else as the events guess. */
export function linkAgents(
  calls: ReadonlyMap<string, JoinedCall>,
  done: EventDrafts,
  said: EntryDrafts,
  session: Session | undefined,
): Map<string, string> {
  const ofCall = new Map<string, string>();
  const linked = new Set<string>();
  const link = (callId: string | undefined, agentId: string | undefined) => {
    if (callId === undefined || agentId === undefined || ofCall.has(callId) || linked.has(agentId)) return;
    ofCall.set(callId, agentId);
    linked.add(agentId);
  };
  const spawns = [...calls].filter(([, { item }]) => isAgentTool(item.action.toolName));
  for (const [id, { item }] of spawns) link(id, agentIdOf(item));
  for (const [agentId, { toolUseId }] of said.agentMeta) if (calls.has(toolUseId ?? '')) link(toolUseId, agentId);
  const byPrompt = new Map([...said.agentPrompts].map(([agentId, prompt]) => [prompt, agentId]));
  for (const [id, { item }] of spawns) link(id, byPrompt.get(textAt(item.input, 'prompt') ?? ''));
  for (const agent of session?.agents ?? []) link(agent.toolUseId, agent.id);
  for (const [id, { item }] of spawns) link(id, item.action.spawnedAgentId);
  for (const [agentId, action] of done.agents) link(action.toolUseId, agentId);
  return ofCall;
}

function agentIdOf(item: ActionItem): string | undefined {
  return isFields(item.response) ? textAt(item.response, 'agentId') : undefined;
}

/** The items of a lane in order, every Agent call replaced by the story of its agent. */
export function tellLane(items: readonly DraftItem[], agents: Agents): DraftItem[] {
  return items.map((draft) => {
    const { item } = draft;
    if (item.kind !== 'action' || !isAgentTool(item.action.toolName)) return draft;
    return { ...draft, item: subagentOf(item, agents.ofCall.get(item.action.toolUseId ?? ''), agents) };
  });
}

/** Agents whose call nobody told stand where they began. */
export function tellStrays(agents: Agents): DraftItem[] {
  const known = new Set([...agents.lanes.keys(), ...agents.done.agents.keys()]);
  const strays: DraftItem[] = [];
  for (const lane of known) {
    if (lane === mainLane || agents.told.has(lane)) continue;
    const item = subagentOf(undefined, lane, agents);
    if (item.at !== '') strays.push({ item, lane: mainLane, promptId: agents.done.agents.get(lane)?.promptId });
  }
  return strays;
}

function subagentOf(call: ActionItem | undefined, agentId: string | undefined, agents: Agents): SubagentItem {
  const isNew = agentId !== undefined && !agents.told.has(agentId);
  if (agentId !== undefined) agents.told.add(agentId);
  const items = isNew ? itemsOf(agentId, agents) : [];
  const row = agentId === undefined ? undefined : agents.done.agents.get(agentId);
  const isBackground = isFields(call?.response) && call.response.status === 'async_launched';
  // The transcript's last row of it, where no hook told its end.
  const saidEndAt = agents.ends.get(agentId ?? '')?.at(-1)?.at;
  const state = stateOf(call, row?.state ?? (saidEndAt === undefined ? undefined : 'ok'), isBackground);
  const isOpen = state === 'running' || state === 'waiting' || (isBackground && state === 'unknown-end');
  const endedAt = row?.endedAt ?? (isBackground ? saidEndAt : call?.action.endedAt) ?? lastAt(items);
  const at = call?.at ?? row?.at ?? items[0]?.at ?? '';
  const { tools, failures } = tally(items);
  return {
    kind: 'subagent',
    at,
    state,
    isBackground,
    tools,
    failures,
    items,
    ...present({
      seq: call?.seq ?? row?.seqs[0],
      entry: call?.entry,
      agentId,
      agentType: row?.agentType ?? textAt(call?.input, 'subagent_type') ?? agents.said.agentTypes.get(agentId ?? ''),
      description:
        textAt(call?.input, 'description') ?? row?.description ?? agents.said.agentMeta.get(agentId ?? '')?.description,
      prompt: textAt(call?.input, 'prompt') ?? agents.said.agentPrompts.get(agentId ?? ''),
      call,
      endedAt: isOpen ? undefined : endedAt,
      durationMs: isOpen || endedAt === undefined ? undefined : msBetween(at, endedAt),
    }),
  };
}

function stateOf(
  call: ActionItem | undefined,
  ended: SubagentItem['state'] | undefined,
  isBackground: boolean,
): SubagentItem['state'] {
  // The answer of a call in background says that the agent was started, not how it ended.
  if (call && !isBackground) return call.action.state;
  return ended ?? 'unknown-end';
}

function itemsOf(agentId: string, agents: Agents): StoryItem[] {
  const told = tellLane(agents.lanes.get(agentId) ?? [], agents).map(({ item }) => item);
  return settleTexts(told, agents.ends.get(agentId) ?? []);
}

function lastAt(items: readonly StoryItem[]): string | undefined {
  const last = items.at(-1);
  return last?.kind === 'action' ? (last.action.endedAt ?? last.at) : last?.at;
}

/** Calls and failures, those of subagents included. */
export function tally(items: readonly StoryItem[]): { tools: number; failures: number } {
  let tools = 0;
  let failures = 0;
  for (const item of items) {
    if (item.kind === 'action') {
      tools += 1;
      failures += hasFailed(item) ? 1 : 0;
    } else if (item.kind === 'subagent') {
      tools += item.tools + (item.call ? 1 : 0);
      failures += item.failures + (item.call && hasFailed(item.call) ? 1 : 0);
    }
  }
  return { tools, failures };
}

function hasFailed({ action }: ActionItem): boolean {
  return action.state === 'failed' || action.state === 'never-ran';
}
