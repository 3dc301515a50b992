import { type Fields, fieldsAt, isFields, textAt } from '../fields.ts';
import { compare } from '../iso-time.ts';
import { present } from '../present.ts';
import type { Agent } from '../session-view.ts';
import type { TranscriptEntry } from '../transcript-entry.ts';
import { oneLine } from '../words.ts';

/** A subagent as its own rows, its call and its `.meta.json` tell it; files may come in any order. */
export interface AgentDraft extends Agent {
  /** Its newest row, empty before the first. */
  lastAt: string;
  /** The beginning of its first row, while its call is not known. */
  prompt?: string;
  /** The client itself says what it is; what is guessed does not change it. */
  hasMeta?: boolean;
}

/** An Agent call whose answer has not named its agent. */
interface AgentSpawn {
  toolUseId: string;
  parentAgentId?: string;
  type?: string;
  description?: string;
  prompt?: string;
}

/** The part of a transcript's fold that tells of subagents. */
export interface AgentBoard {
  subagents: number;
  agents: AgentDraft[];
  spawns: AgentSpawn[];
  /** Those that were counted, also when their draft was forgotten. */
  countedAgents: string[];
}

const maxAgents = 60;
const maxSpawns = 32;
const maxCounted = 1000;

/** The agent that wrote a row; nothing for rows of the main agent. */
export function agentOfRow(board: AgentBoard, { agentId, at, line }: TranscriptEntry): AgentDraft | undefined {
  if (agentId === undefined) return undefined;
  const agent = knownAgent(board, agentId);
  seen(agent, at);
  if (at !== undefined && at > agent.lastAt) agent.lastAt = at;
  const type = textAt(line, 'attributionAgent');
  if (type !== undefined) agent.type ??= type;
  return agent;
}

/** The first row of a subagent is the prompt of the call that started it. */
export function startAgent(board: AgentBoard, entry: TranscriptEntry): void {
  const agent = agentOfRow(board, entry);
  if (!agent || agent.toolUseId !== undefined || agent.prompt !== undefined) return;
  const content = fieldsAt(entry.line, 'message')?.content;
  if (typeof content !== 'string') return;
  agent.prompt = oneLine(content, 200);
  const spawn = board.spawns.find((one) => one.prompt === agent.prompt && isFree(board, one));
  if (spawn) link(agent, spawn);
}

/** An Agent call; its agent's file may be here already. */
export function noteAgentCall(board: AgentBoard, { agentId }: TranscriptEntry, toolUseId: string, input: Fields): void {
  const spawn: AgentSpawn = present({
    toolUseId,
    parentAgentId: agentId,
    type: textAt(input, 'subagent_type'),
    description: textAt(input, 'description'),
    prompt: oneLine(textAt(input, 'prompt') ?? '', 200),
  });
  board.spawns.push(spawn);
  if (board.spawns.length > maxSpawns) board.spawns.shift();
  const started =
    board.agents.find((agent) => agent.toolUseId === toolUseId) ??
    board.agents.find((agent) => agent.toolUseId === undefined && agent.prompt === spawn.prompt);
  if (started) link(started, spawn);
}

/** The answer of an Agent call names its agent. */
export function joinAgent(board: AgentBoard, entry: TranscriptEntry, toolUseId: string | undefined): void {
  const index = board.spawns.findIndex((one) => one.toolUseId === toolUseId);
  const spawn = board.spawns[index];
  const result = isFields(entry.line.toolUseResult) ? entry.line.toolUseResult : undefined;
  const id = textAt(result, 'agentId');
  if (!spawn || id === undefined) return;
  board.spawns.splice(index, 1);
  const agent = knownAgent(board, id);
  seen(agent, entry.at);
  link(agent, { ...spawn, ...present({ type: textAt(result, 'agentType') ?? spawn.type }) });
  agent.background = result?.status === 'async_launched';
  if (!agent.background && entry.at !== undefined) agent.endedAt = entry.at;
}

/** A subagent's `.meta.json`: what the client itself says of it. */
export function noteAgentMeta(board: AgentBoard, { agentId, line }: TranscriptEntry): void {
  if (agentId === undefined) return;
  const agent = knownAgent(board, agentId);
  const said = present({
    type: textAt(line, 'agentType'),
    description: textAt(line, 'description'),
    toolUseId: textAt(line, 'toolUseId'),
  });
  Object.assign(agent, said, { hasMeta: true });
  const spawn = board.spawns.find((one) => one.toolUseId === said.toolUseId);
  if (spawn) link(agent, spawn);
}

/** The subagents as the session tells them, in the order in which they began. */
export function agentsOf(board: AgentBoard, session: { firstAt: string; isOver: boolean }): Agent[] {
  const agents = board.agents.map(({ lastAt, prompt: _, hasMeta: __, ...agent }): Agent => {
    const told = { ...agent, startedAt: agent.startedAt || session.firstAt };
    // Nothing tells the end of an agent in background; with its session it is over.
    if (session.isOver && told.endedAt === undefined) told.endedAt = lastAt || told.startedAt;
    return told;
  });
  return agents.sort((a, b) => compare(a.startedAt, b.startedAt) || compare(a.id, b.id));
}

function knownAgent(board: AgentBoard, id: string): AgentDraft {
  const known = board.agents.find((agent) => agent.id === id);
  if (known) return known;
  const agent: AgentDraft = { id, startedAt: '', lastAt: '', tools: 0, failures: 0, background: false };
  if (!board.countedAgents.includes(id)) {
    board.subagents += 1;
    board.countedAgents.push(id);
    if (board.countedAgents.length > maxCounted) board.countedAgents.shift();
  }
  board.agents.push(agent);
  if (board.agents.length > maxAgents) board.agents.shift();
  return agent;
}

function seen(agent: AgentDraft, at: string | undefined): void {
  if (at !== undefined && (agent.startedAt === '' || at < agent.startedAt)) agent.startedAt = at;
}

function isFree(board: AgentBoard, spawn: AgentSpawn): boolean {
  return !board.agents.some((agent) => agent.toolUseId === spawn.toolUseId);
}

function link(agent: AgentDraft, spawn: AgentSpawn): void {
  if (spawn.parentAgentId !== undefined) agent.parentAgentId = spawn.parentAgentId;
  if (agent.hasMeta && agent.toolUseId !== undefined) return;
  agent.toolUseId = spawn.toolUseId;
  if (spawn.type !== undefined) agent.type = spawn.type;
  if (spawn.description !== undefined) agent.description = spawn.description;
}
