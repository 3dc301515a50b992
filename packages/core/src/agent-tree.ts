import type { TelltaleEvent } from './event.ts';
import { byTime } from './iso-time.ts';
import { agentsView } from './session/agents.ts';
import { emptyFold, foldLimits } from './session/fold.ts';
import { foldEvent } from './session.ts';
import type { Agent } from './session-view.ts';

/** A subagent with those that it started. */
export interface AgentNode {
  agent: Agent;
  children: AgentNode[];
}

/** All subagents of a session, however many, in the order in which they started. */
export function agentsOf(events: readonly TelltaleEvent[]): Agent[] {
  const fold = emptyFold(events[0]?.sessionId ?? '');
  const limits = { ...foldLimits, agents: Number.POSITIVE_INFINITY };
  for (const event of [...events].sort(byTime)) foldEvent(fold, event, limits);
  return agentsView(fold);
}

/** Subagents below the agent that started them; one whose parent is unknown stands at the top. */
export function agentTree(agents: readonly Agent[]): AgentNode[] {
  const nodes = new Map(agents.map((agent): [string, AgentNode] => [agent.id, { agent, children: [] }]));
  const roots: AgentNode[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(node.agent.parentAgentId ?? '');
    if (parent === undefined || isBelow(node, parent, nodes)) roots.push(node);
    else parent.children.push(node);
  }
  return roots;
}

/** Wrong input must not make a circle: whether `parent` already stands below `node`. */
function isBelow(node: AgentNode, parent: AgentNode, nodes: ReadonlyMap<string, AgentNode>): boolean {
  const seen = new Set<AgentNode>();
  for (let up: AgentNode | undefined = parent; up !== undefined && !seen.has(up); ) {
    if (up === node) return true;
    seen.add(up);
    up = nodes.get(up.agent.parentAgentId ?? '');
  }
  return false;
}
