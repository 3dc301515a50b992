import type { Story, StoryItem } from '@telltale/core/story';

/** One thing of the story with its way there: the turn, and the subagents that it stands in. */
export interface StoryNode {
  /** Stable while the session grows. */
  key: string;
  item: StoryItem;
  /** Index of its turn. */
  turn: number;
  /** Keys of the subagents around it, outermost first. */
  parents: readonly string[];
}

/** A story with keys for everything in it, in reading order. */
export interface StoryIndex {
  story: Story;
  nodes: readonly StoryNode[];
  keyOf: (item: StoryItem) => string;
  nodeOf: (key: string) => StoryNode | undefined;
  turnKey: (turn: number) => string;
  /** Index of the turn with this key, −1 without. */
  turnOf: (key: string) => number;
}

export function indexStory(story: Story): StoryIndex {
  const nodes: StoryNode[] = [];
  const keys = new Map<StoryItem, string>();
  const byKey = new Map<string, StoryNode>();
  const turnKeys = uniqueKeys(story.turns.map((turn) => `turn:${turn.key}`));

  const walk = (items: readonly StoryItem[], turn: number, parents: readonly string[]): void => {
    for (const item of items) {
      if (isToldByCall(item, items)) continue;
      const key = unique(keyFor(item), byKey);
      const node: StoryNode = { key, item, turn, parents };
      keys.set(item, key);
      byKey.set(key, node);
      nodes.push(node);
      if (item.kind === 'subagent') walk(item.items, turn, [...parents, key]);
    }
  };
  for (const [turn, { items }] of story.turns.entries()) walk(items, turn, []);

  const turns = new Map(turnKeys.map((key, index) => [key, index]));
  return {
    story,
    nodes,
    keyOf: (item) => keys.get(item) ?? '',
    nodeOf: (key) => byKey.get(key),
    turnKey: (turn) => turnKeys[turn] ?? '',
    turnOf: (key) => turns.get(key) ?? -1,
  };
}

/** What a call waits for, its own row says: an open wait is not told twice. */
export function isToldByCall(item: StoryItem, items: readonly StoryItem[]): boolean {
  if (item.kind !== 'wait' || item.answer !== 'open' || item.toolUseId === undefined) return false;
  return items.some(
    (one) => one.kind === 'action' && one.action.state === 'waiting' && one.action.toolUseId === item.toolUseId,
  );
}

/** By ids first, then by the event: what an entry adds later must not change it. */
function keyFor(item: StoryItem): string {
  if (item.kind === 'action') return `action:${item.action.key}`;
  if (item.kind === 'subagent') return `agent:${item.agentId ?? item.call?.action.key ?? item.at}`;
  if (item.kind === 'wait') return `wait:${item.toolUseId ?? item.seq ?? item.at}`;
  if (item.seq !== undefined) return `${item.kind}:${item.seq}`;
  return item.entry === undefined ? `${item.kind}:${item.at}` : `${item.kind}:e${item.entry}`;
}

function uniqueKeys(keys: readonly string[]): string[] {
  const seen = new Map<string, true>();
  return keys.map((key) => {
    const own = unique(key, seen);
    seen.set(own, true);
    return own;
  });
}

/** One entry may hold several texts, one event several calls. */
function unique(key: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(key)) return key;
  let number = 2;
  while (taken.has(`${key}#${number}`)) number += 1;
  return `${key}#${number}`;
}
