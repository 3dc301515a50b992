import { isAgentTool } from '../catalogue/tools.ts';
import type { TelltaleEvent } from '../event.ts';
import { fieldsAt, listAt, textAt } from '../fields.ts';
import type { Agent } from '../session-view.ts';
import { saidLine } from '../words.ts';
import type { CallCount } from './calls.ts';
import { type AgentFold, type FoldLimits, keep, remove, type SessionFold, type Spawn } from './fold.ts';

const maxSpawns = 32;

/** An Agent call begins: soon an agent appears that does not say which call it belongs to. */
export function noteSpawn(fold: SessionFold, event: TelltaleEvent): void {
  const input = fieldsAt(event.payload, 'tool_input');
  if (!isAgentTool(event.toolName) || event.toolUseId === undefined) return;
  const spawn: Spawn = { toolUseId: event.toolUseId, background: input?.run_in_background === true };
  const type = textAt(input, 'subagent_type');
  const description = textAt(input, 'description');
  if (type !== undefined) spawn.type = type;
  if (description !== undefined) spawn.description = description;
  if (event.agentId !== undefined) spawn.parentAgentId = event.agentId;
  keep(fold.spawns, spawn, maxSpawns);
}

export function startAgent(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): void {
  if (event.agentId === undefined) return;
  const agent = agentOf(fold, event.agentId, event, limits);
  if (agent.toolUseId !== undefined) return;
  const isFree = (spawn: Spawn) => !fold.agents.some((other) => other.toolUseId === spawn.toolUseId);
  const free = fold.spawns.filter(isFree);
  // Two agents of one type started at once may be exchanged here; the call's answer names its agent and puts it right.
  const spawn = free.find((one) => (one.type ?? 'general-purpose') === event.agentType) ?? free[0];
  if (spawn !== undefined) link(agent, spawn);
}

/** The answer of an Agent call names its agent. */
export function joinAgent(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): void {
  if (!isAgentTool(event.toolName) || event.toolUseId === undefined) return;
  const response = fieldsAt(event.payload, 'tool_response');
  const spawn = fold.spawns.find((one) => one.toolUseId === event.toolUseId);
  remove(fold.spawns, (one) => one === spawn);
  const id = textAt(response, 'agentId');
  if (id === undefined) {
    endGuessed(fold, event);
    return;
  }
  const type = textAt(response, 'agentType');
  const agent = agentOf(fold, id, { at: event.at, ...(type === undefined ? {} : { agentType: type }) }, limits);
  const rival = fold.agents.find((other) => other !== agent && other.toolUseId === event.toolUseId);
  if (rival !== undefined) exchange(agent, rival);
  link(agent, spawn ?? { toolUseId: event.toolUseId, background: false });
  agent.isLinked = true;
  agent.background = response?.status === 'async_launched';
  if (!agent.background && agent.endedAt === undefined) agent.endedAt = event.at;
}

/**
 * The end of a subagent. Compaction sends one without a start and without a type: that is no subagent.
 * Returns whether it was one.
 */
export function endAgent(fold: SessionFold, event: TelltaleEvent, limits: FoldLimits): boolean {
  const id = event.agentId;
  if (id === undefined) return false;
  if (event.agentType === undefined && !fold.agents.some((agent) => agent.id === id)) return false;
  const agent = agentOf(fold, id, event, limits);
  agent.endedAt = event.at;
  const words = saidLine(textAt(event.payload, 'last_assistant_message') ?? '', 160);
  if (words !== '') agent.lastLine = words;
  return true;
}

/** Something that a subagent did. */
export function countForAgent(fold: SessionFold, event: TelltaleEvent, count: CallCount, limits: FoldLimits): void {
  if (event.agentId === undefined) return;
  const agent = agentOf(fold, event.agentId, event, limits);
  agent.tools += count.started;
  agent.failures += count.failed;
  if (event.name !== 'PreToolUse') return;
  agent.lastLine = event.summary;
  // A hook that blocks SubagentStop sends the agent on.
  if (agent.endedAt !== undefined && agent.endedAt < event.at) delete agent.endedAt;
}

export function endAllAgents(fold: SessionFold, at: string): void {
  for (const agent of fold.agents) if (agent.endedAt === undefined) agent.endedAt = at;
  fold.spawns.length = 0;
}

/** What runs behind a finished turn: more than shells (a dev server never ends) means that the session goes on. */
export function backgroundOf(event: TelltaleEvent): { id: string; type: string }[] | undefined {
  if (!Array.isArray(event.payload?.background_tasks)) return undefined;
  const tasks: { id: string; type: string }[] = [];
  for (const task of listAt(event.payload, 'background_tasks').slice(0, 50)) {
    const fields = fieldsAt({ task }, 'task');
    tasks.push({ id: textAt(fields, 'id') ?? '', type: textAt(fields, 'type') ?? 'unknown' });
  }
  return tasks;
}

/** Whether something that will wake the session runs behind a finished turn. */
export function isBackgroundRunning(fold: SessionFold): boolean {
  if (fold.background.some((task) => task.type !== 'shell')) return true;
  return fold.agents.some((agent) => agent.background && agent.endedAt === undefined);
}

export function agentsView(fold: SessionFold): Agent[] {
  return fold.agents.map(({ isLinked: _, ...agent }) => agent);
}

function agentOf(
  fold: SessionFold,
  id: string,
  seen: { at: string; agentType?: string | undefined },
  limits: FoldLimits,
): AgentFold {
  const known = fold.agents.find((agent) => agent.id === id);
  if (known !== undefined) {
    if (known.type === undefined && seen.agentType !== undefined) known.type = seen.agentType;
    return known;
  }
  const agent: AgentFold = { id, startedAt: seen.at, tools: 0, failures: 0, background: false, isLinked: false };
  if (seen.agentType !== undefined) agent.type = seen.agentType;
  fold.agents.push(agent);
  fold.subagents += 1;
  if (fold.agents.length > limits.agents) forgetOne(fold.agents);
  return agent;
}

/** The oldest that has ended, else the oldest. */
function forgetOne(agents: AgentFold[]): void {
  const ended = agents.findIndex((agent) => agent.endedAt !== undefined);
  agents.splice(Math.max(ended, 0), 1);
}

function link(agent: AgentFold, spawn: Spawn): void {
  agent.toolUseId = spawn.toolUseId;
  if (spawn.background) agent.background = true;
  if (spawn.description !== undefined) agent.description = spawn.description;
  if (spawn.parentAgentId !== undefined) agent.parentAgentId = spawn.parentAgentId;
  if (agent.type === undefined && spawn.type !== undefined) agent.type = spawn.type;
}

/** `agent` takes the call that `rival` was guessed to belong to, and leaves its own guess to it. */
function exchange(agent: AgentFold, rival: AgentFold): void {
  const { toolUseId, description, parentAgentId } = agent;
  delete rival.toolUseId;
  delete rival.description;
  delete rival.parentAgentId;
  if (toolUseId === undefined || agent.isLinked) return;
  rival.toolUseId = toolUseId;
  if (description !== undefined) rival.description = description;
  if (parentAgentId !== undefined) rival.parentAgentId = parentAgentId;
}

/** A failed Agent call names no agent; the one that was guessed has ended with it. */
function endGuessed(fold: SessionFold, event: TelltaleEvent): void {
  const agent = fold.agents.find((one) => one.toolUseId === event.toolUseId);
  if (agent !== undefined && agent.endedAt === undefined) agent.endedAt = event.at;
}
