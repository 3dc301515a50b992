import { itemLine, type SessionMark, type StoryItem, type StoryTurn } from '@telltale/core/story';
import { isToldByCall, type StoryIndex } from './story-index.ts';

interface RowPlace {
  key: string;
  /** Index of its turn. */
  turn: number;
  /** 0 in the main agent's story, 1 in a subagent's, … */
  depth: number;
}

interface PromptRow extends RowPlace {
  kind: 'prompt';
  prompt: StoryTurn;
  isOpen: boolean;
}

interface ItemRow extends RowPlace {
  kind: 'item';
  item: StoryItem;
  isOpen: boolean;
}

/** What still shows of a folded turn: its answer, and every failure up to a few. */
export interface GlimpseRow extends RowPlace {
  kind: 'glimpse';
  of: 'answer' | 'failure' | 'more';
  text: string;
  /** What it is a glimpse of. */
  target: string;
}

/** What a subagent was asked. */
interface BriefRow extends RowPlace {
  kind: 'brief';
  text: string;
}

interface MarkRow extends RowPlace {
  kind: 'mark';
  mark: SessionMark;
}

/** One row of the story's flat list; rows of one look share a kind. */
export type StoryRow = PromptRow | ItemRow | GlimpseRow | BriefRow | MarkRow;

/** What is open: what somebody chose, else the default. */
export interface Folding {
  isTurnOpen: (key: string, turn: number) => boolean;
  isOpen: (key: string) => boolean;
}

const mostFailures = 3;

/** The story as a flat list of rows: what a folded thing hides is not in it. */
export function rowsOf(index: StoryIndex, folding: Folding): StoryRow[] {
  const rows: StoryRow[] = [];
  const { story } = index;
  for (const [turn, prompt] of story.turns.entries()) {
    addMarks(rows, prompt.before, turn);
    const key = index.turnKey(turn);
    const isOpen = folding.isTurnOpen(key, turn);
    rows.push({ kind: 'prompt', key, turn, depth: 0, prompt, isOpen });
    if (isOpen) addItems(rows, prompt.items, { index, folding, turn, depth: 0 });
    else addGlimpses(rows, index, turn);
  }
  addMarks(rows, story.after, story.turns.length - 1);
  return rows;
}

interface Adding {
  index: StoryIndex;
  folding: Folding;
  turn: number;
  depth: number;
}

function addItems(rows: StoryRow[], items: readonly StoryItem[], adding: Adding): void {
  const { index, folding, turn, depth } = adding;
  for (const item of items) {
    if (isToldByCall(item, items)) continue;
    const key = index.keyOf(item);
    const isOpen = folding.isOpen(key);
    rows.push({ kind: 'item', key, turn, depth, item, isOpen });
    if (item.kind !== 'subagent' || !isOpen) continue;
    if (item.prompt !== undefined)
      rows.push({ kind: 'brief', key: `${key}/brief`, turn, depth: depth + 1, text: item.prompt });
    addItems(rows, item.items, { ...adding, depth: depth + 1 });
  }
}

function addGlimpses(rows: StoryRow[], index: StoryIndex, turn: number): void {
  const prompt = index.story.turns[turn];
  if (!prompt) return;
  const failures = failuresIn(prompt.items);
  for (const item of failures.slice(0, mostFailures)) {
    const target = index.keyOf(item);
    rows.push({
      kind: 'glimpse',
      of: 'failure',
      key: `${target}/glimpse`,
      turn,
      depth: 0,
      text: itemLine(item),
      target,
    });
  }
  const next = failures[mostFailures];
  if (next) {
    const target = index.keyOf(next);
    const text = `${failures.length - mostFailures} more failed`;
    rows.push({ kind: 'glimpse', of: 'more', key: `${index.turnKey(turn)}/more`, turn, depth: 0, text, target });
  }
  const answer = prompt.items.findLast((item) => item.kind === 'text');
  if (!answer) return;
  const target = index.keyOf(answer);
  rows.push({
    kind: 'glimpse',
    of: 'answer',
    key: `${target}/glimpse`,
    turn,
    depth: 0,
    text: itemLine(answer),
    target,
  });
}

/** Failed calls and failed turns, those of subagents included, in reading order. */
function failuresIn(items: readonly StoryItem[]): StoryItem[] {
  return items.flatMap((item) => {
    if (item.kind === 'subagent') return [...(hasFailed(item) ? [item] : []), ...failuresIn(item.items)];
    return hasFailed(item) ? [item] : [];
  });
}

export function hasFailed(item: StoryItem): boolean {
  if (item.kind === 'stop-failure') return true;
  if (item.kind === 'action') return item.action.state === 'failed' || item.action.state === 'never-ran';
  return item.kind === 'subagent' && item.call !== undefined && hasFailed(item.call);
}

function addMarks(rows: StoryRow[], marks: readonly SessionMark[], turn: number): void {
  for (const mark of marks) {
    const key = `mark:${mark.mark}:${mark.seq ?? mark.entry ?? mark.at}`;
    rows.push({ kind: 'mark', key, turn, depth: 0, mark });
  }
}
