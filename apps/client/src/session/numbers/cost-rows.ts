import type { SessionCost } from '@telltale/core';
import { type CostSum, costSumOf, itemLine, type StoryCosts, turnLine } from '@telltale/core/story';
import type { ToldCosts } from '../story-costs.ts';
import type { StoryIndex } from '../story-index.ts';

/** A part of the whole, with the key of its place in the story where it has one. */
export interface CostRow {
  id: string;
  label: string;
  sum: CostSum;
  target?: string;
}

/** Prompts in their order, and what belongs to none. */
export function promptRows(index: StoryIndex, { turns, outside }: StoryCosts): CostRow[] {
  const rows = index.story.turns.flatMap((turn, at): CostRow[] => {
    const sum = turns[at];
    if (!sum || sum.requests === 0) return [];
    const number = turn.number === undefined ? '' : `${turn.number} `;
    const target = index.turnKey(at);
    return [{ id: target, label: `${number}${turnLine(turn, 200)}`, sum, target }];
  });
  const isLeft = outside.requests > 0 || outside.costUsd > 0;
  return isLeft ? [...rows, { id: 'none', label: 'not attributed to a prompt', sum: outside }] : rows;
}

/** The dearest first. */
export function modelRows({ byModel, requests }: SessionCost): CostRow[] {
  return byModel
    .map(({ key = 'unknown model' }) => ({
      id: key,
      label: key,
      sum: costSumOf(requests.filter(({ model }) => model === key)),
    }))
    .sort(byCost);
}

/** Each subagent with what it started itself, and the main agent with the rest. */
export function agentRows(index: StoryIndex, { joined, cost }: ToldCosts): CostRow[] {
  const own = [...joined.agents].filter(([agent]) => {
    const node = index.nodeOf(index.keyOf(agent));
    return node?.parents.length === 0;
  });
  if (own.length === 0) return [];
  const asked = new Set(
    joined.requests.flatMap((list) => list.flatMap(({ request, agent }) => (agent ? [request] : []))),
  );
  const main = costSumOf(cost.requests.filter((request) => !asked.has(request)));
  const rows = own.map(([agent, sum]) => {
    const target = index.keyOf(agent);
    return { id: target, label: itemLine(agent, 200), sum, target };
  });
  return [{ id: 'main', label: 'main agent', sum: main }, ...rows.sort(byCost)];
}

function byCost(a: CostRow, b: CostRow): number {
  return b.sum.costUsd - a.sum.costUsd;
}
