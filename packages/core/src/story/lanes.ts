import { present } from '../present.ts';
import { itemLine } from './lines.ts';
import type { ActionItem, Place, Story, StoryItem, SubagentItem } from './story.ts';

/** One agent over time, for the overview. Times are milliseconds. */
export interface Lane {
  /** Empty for the main agent. */
  agentId: string;
  label: string;
  /** 0 for the main agent, 1 for its subagents, … */
  depth: number;
  fromMs: number;
  toMs: number;
  spans: LaneSpan[];
  /** Where somebody was waited for. */
  waits: LaneSpan[];
  marks: LaneMark[];
}

export interface LaneSpan extends Omit<Place, 'at'> {
  fromMs: number;
  /** Of a call that still runs: the end of the story. */
  toMs: number;
  label: string;
  hasFailed: boolean;
}

export interface LaneMark extends Omit<Place, 'at'> {
  kind: 'prompt' | 'failure' | 'compaction';
  atMs: number;
  label: string;
  /** Index of the turn it stands in. */
  turn: number;
}

/**
 * Lanes in the order in which their agents began, each subagent below the one that started it.
 * While a turn runs, what is open in it lasts until `nowMs`.
 */
export function lanesOf(story: Story, nowMs = 0): Lane[] {
  const isRunning = story.turns.at(-1)?.state === 'running';
  const toMs = Math.max(Date.parse(story.to ?? '') || 0, isRunning ? nowMs : 0);
  const main = newLane('', 'main', 0, Date.parse(story.from ?? '') || 0, toMs);
  const lanes = [main];
  for (const [turn, { kind, at, text, seq, entry, items }] of story.turns.entries()) {
    if (kind !== 'none') {
      main.marks.push({ kind: 'prompt', atMs: Date.parse(at), label: text, turn, ...present({ seq, entry }) });
    }
    fillLane(main, items, { turn, toMs, lanes });
  }
  return lanes;
}

interface Filling {
  turn: number;
  toMs: number;
  lanes: Lane[];
}

function fillLane(lane: Lane, items: readonly StoryItem[], filling: Filling): void {
  for (const item of items) {
    if (item.kind === 'action') addCall(lane, item, filling);
    else if (item.kind === 'subagent') addAgent(lane, item, filling);
    else if (item.kind === 'wait') {
      const fromMs = Date.parse(item.at);
      const open = item.answer === 'open' ? filling.toMs : fromMs;
      const toMs = item.durationMs === undefined ? open : fromMs + item.durationMs;
      lane.waits.push({ fromMs, toMs, label: itemLine(item), hasFailed: false, ...placeOf(item) });
    } else if (item.kind === 'stop-failure' || item.kind === 'api-error') addMark(lane, 'failure', item, filling.turn);
    else if (item.kind === 'compaction') addMark(lane, 'compaction', item, filling.turn);
  }
}

function addCall(lane: Lane, item: ActionItem, { turn, toMs }: Filling): void {
  const { state, endedAt, durationMs } = item.action;
  const hasFailed = state === 'failed' || state === 'never-ran';
  const endMs = endedAt === undefined ? (state === 'running' ? toMs : Date.parse(item.at)) : Date.parse(endedAt);
  // Its own time, not the time that permission took.
  const fromMs = durationMs === undefined ? Date.parse(item.at) : Math.max(Date.parse(item.at), endMs - durationMs);
  lane.spans.push({ fromMs, toMs: Math.max(fromMs, endMs), label: itemLine(item), hasFailed, ...placeOf(item) });
  if (hasFailed) addMark(lane, 'failure', item, turn);
}

function addAgent(parent: Lane, item: SubagentItem, filling: Filling): void {
  const fromMs = Date.parse(item.at);
  const toMs = item.endedAt === undefined ? Math.max(fromMs, filling.toMs) : Date.parse(item.endedAt);
  const hasFailed = item.state === 'failed';
  // In background the parent goes on: its own lane shows only that it started somebody.
  const blockedToMs = item.isBackground ? fromMs : toMs;
  parent.spans.push({ fromMs, toMs: blockedToMs, label: itemLine(item), hasFailed, ...placeOf(item) });
  const lane = newLane(item.agentId ?? '', item.agentType ?? 'subagent', parent.depth + 1, fromMs, toMs);
  filling.lanes.push(lane);
  fillLane(lane, item.items, { ...filling, toMs });
}

function addMark(lane: Lane, kind: LaneMark['kind'], item: StoryItem, turn: number): void {
  lane.marks.push({ kind, atMs: Date.parse(item.at), label: itemLine(item), turn, ...placeOf(item) });
}

function newLane(agentId: string, label: string, depth: number, fromMs: number, toMs: number): Lane {
  return { agentId, label, depth, fromMs, toMs, spans: [], waits: [], marks: [] };
}

function placeOf({ seq, entry }: Place): Omit<Place, 'at'> {
  return present({ seq, entry });
}
