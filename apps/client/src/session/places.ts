import type { StoryItem } from '@telltale/core/story';
import type { StoryIndex, StoryNode } from './story-index.ts';

/** What an address may point at: an event, a transcript entry, a subagent. */
export interface Wanted {
  seq?: number | undefined;
  entry?: number | undefined;
  agentId?: string | undefined;
}

export function isPlace({ seq, entry, agentId }: Wanted): boolean {
  return seq !== undefined || entry !== undefined || agentId !== undefined;
}

/** A place in the story: a turn, or a thing in it. */
export interface Found {
  turn: number;
  node?: StoryNode;
}

/** Where the wanted thing stands; an event that has no row of its own is found where it came. */
export function findPlace(index: StoryIndex, { seq, entry, agentId }: Wanted): Found | undefined {
  const said = entry === undefined ? undefined : byEntry(index, entry);
  if (said) return said;
  if (seq !== undefined) return bySeq(index, seq);
  if (agentId === undefined) return undefined;
  return found(index.nodes.find(({ item }) => item.kind === 'subagent' && item.agentId === agentId));
}

/** What the address of a thing says; nothing where neither event nor entry is known. */
export function addressOf(item: StoryItem): { at?: string; entry?: string } {
  if (item.seq !== undefined) return { at: String(item.seq) };
  return item.entry === undefined ? {} : { entry: String(item.entry) };
}

function bySeq(index: StoryIndex, seq: number): Found | undefined {
  const turn = index.story.turns.findIndex((one) => one.seq === seq);
  if (turn >= 0) return { turn };
  // A permission is asked before its call in the story, and is an event of both: the call is what was meant.
  const own = index.nodes.filter(({ item }) => tells(item, seq));
  if (own.length > 0) return found(own.find(({ item }) => item.kind === 'action') ?? own[0]);
  // The last thing that was heard of before it.
  let last: StoryNode | undefined;
  let lastSeq = -1;
  for (const node of index.nodes) {
    const known = node.item.seq;
    if (known === undefined || known > seq || known < lastSeq) continue;
    [last, lastSeq] = [node, known];
  }
  const prompt = index.story.turns.findLastIndex((one) => one.seq !== undefined && one.seq <= seq);
  if (prompt >= 0 && (index.story.turns[prompt]?.seq ?? 0) > lastSeq) return { turn: prompt };
  return found(last);
}

/** Whether an event is one of those that a thing was told by. */
export function tells(item: StoryItem, seq: number): boolean {
  if (item.kind === 'action') return item.action.seqs.includes(seq);
  if (item.kind === 'subagent' && item.call?.action.seqs.includes(seq)) return true;
  return item.seq === seq;
}

function byEntry(index: StoryIndex, entry: number): Found | undefined {
  const turn = index.story.turns.findIndex((one) => one.entry === entry);
  if (turn >= 0) return { turn };
  return found(
    index.nodes.find(({ item }) => item.entry === entry || (item.kind === 'action' && item.resultEntry === entry)),
  );
}

function found(node: StoryNode | undefined): Found | undefined {
  return node && { turn: node.turn, node };
}
