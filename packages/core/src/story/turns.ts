import { byAt, later, msBetween, shiftTime } from '../iso-time.ts';
import { present } from '../present.ts';
import { tally } from './agents.ts';
import type { DraftEnd, DraftItem, DraftPrompt } from './draft.ts';
import type { ActionItem, SessionMark, StoryItem, StoryTurn } from './story.ts';
import { settleTexts } from './texts.ts';

/** Each prompt once: joined by id and words, where the transcript has no id by the words, where they differ by the id. */
export function joinPrompts(
  done: readonly DraftPrompt[],
  said: readonly DraftPrompt[],
): { prompts: DraftPrompt[]; queued: DraftPrompt[] } {
  const bySame = new Map<string, DraftPrompt[]>();
  for (const prompt of said) addTo(bySame, keyOf(prompt.promptId, prompt.text), prompt);
  const byId = new Map(said.map((prompt) => [prompt.promptId, prompt]));
  const joined = new Set(said);
  const seen = new Set<string>();
  for (const prompt of done) {
    const id = prompt.promptId;
    // A second prompt of a running turn has its id.
    const isQueued = id !== undefined && seen.has(id);
    if (id !== undefined) seen.add(id);
    const twin =
      bySame.get(keyOf(id, prompt.text))?.shift() ??
      bySame.get(keyOf(undefined, prompt.text))?.shift() ??
      (id === undefined || isQueued ? undefined : byId.get(id));
    if (!twin) joined.add(Object.assign(prompt, { isQueued }));
    else if (twin.seq === undefined) Object.assign(twin, { isQueued, ...present({ seq: prompt.seq, promptId: id }) });
  }
  const prompts = [...joined].sort(byAt);
  return { prompts: prompts.filter((one) => !one.isQueued), queued: prompts.filter((one) => one.isQueued) };
}

function keyOf(promptId: string | undefined, text: string): string {
  return `${promptId ?? ''}\n${text}`;
}

function addTo(map: Map<string, DraftPrompt[]>, key: string, prompt: DraftPrompt): void {
  const list = map.get(key);
  if (list) list.push(prompt);
  else map.set(key, [prompt]);
}

export interface TurnParts {
  prompts: readonly DraftPrompt[];
  items: readonly DraftItem[];
  ends: readonly DraftEnd[];
  marks: readonly SessionMark[];
  /** The session has ended, as far as anybody knows. */
  isOver: boolean;
}

/** Turns of the main agent with everything in its place. */
export function buildTurns(parts: TurnParts): { turns: StoryTurn[]; after: SessionMark[] } {
  const shells = parts.prompts.map(shellOf);
  const first = shells[0];
  const early = shellOf(undefined);
  if (!first || parts.items.some(({ item, promptId }) => item.at < first.turn.at && promptId === undefined)) {
    shells.unshift(early);
  }
  const find = finder(shells);
  for (const draft of parts.items) find(draft.item.at, draft.promptId).items.push(draft.item);
  for (const end of parts.ends) find(end.at, end.promptId).ends.push(end);
  const turns = shells.map((shell, index) => finish(shell, shells[index + 1]?.turn.at, parts.isOver));
  let number = 0;
  for (const turn of turns) if (turn.kind === 'typed') turn.number = ++number;
  const told = turns.filter((turn) => turn.kind !== 'none' || turn.items.length > 0);
  return { turns: told, after: placeMarks(told, parts.marks) };
}

interface Shell {
  turn: StoryTurn;
  items: StoryItem[];
  ends: DraftEnd[];
}

function shellOf(prompt: DraftPrompt | undefined): Shell {
  const turn: StoryTurn = {
    key: prompt?.promptId ?? `at:${prompt?.at ?? ''}`,
    kind: prompt?.kind ?? 'none',
    at: prompt?.at ?? '',
    text: prompt?.text ?? '',
    images: prompt?.images ?? [],
    before: [],
    items: [],
    state: 'running',
    tools: 0,
    failures: 0,
    waitedMs: 0,
    ...present({ promptId: prompt?.promptId, seq: prompt?.seq, entry: prompt?.entry }),
  };
  return { turn, items: [], ends: [] };
}

/** The turn of a prompt, or the one that ran at a time. */
function finder(shells: readonly Shell[]): (at: string, promptId: string | undefined) => Shell {
  const byId = new Map(shells.flatMap((shell) => (shell.turn.promptId ? [[shell.turn.promptId, shell]] : [])));
  return (at, promptId) => {
    const own = promptId === undefined ? undefined : byId.get(promptId);
    if (own) return own;
    let low = 0;
    let high = shells.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((shells[middle]?.turn.at ?? '') <= at) low = middle;
      else high = middle - 1;
    }
    return shells[low] as Shell;
  };
}

function finish({ turn, items, ends }: Shell, nextAt: string | undefined, isOver: boolean): StoryTurn {
  const stops = ends.filter((end) => end.seq !== undefined);
  turn.items = joinStopFailures(settleTexts(items, stops));
  if (turn.kind === 'none') turn.at = turn.items[0]?.at ?? '';
  Object.assign(turn, tally(turn.items));
  turn.waitedMs = sumWaits(turn.items);
  turn.state = stateOf(turn, ends, nextAt !== undefined || isOver);
  if (turn.state === 'running') return turn;
  const lastEnd = ends.reduce((latest, end) => later(latest, end.at), '');
  const lastItem = turn.items.reduce((latest, item) => later(latest, endOf(item)), '');
  turn.endedAt = lastEnd !== '' ? lastEnd : later(lastItem, turn.at);
  turn.durationMs = msBetween(turn.at, turn.endedAt);
  closeOpen(turn.items);
  const answer = turn.state === 'done' ? turn.items.findLast((item) => item.kind === 'text') : undefined;
  if (answer) answer.isAnswer = true;
  return turn;
}

function stateOf(turn: StoryTurn, ends: readonly DraftEnd[], isOver: boolean): StoryTurn['state'] {
  const last = turn.items.findLast((item) => item.kind !== 'notice');
  if (last?.kind === 'interrupt') return 'interrupted';
  if (turn.items.some((item) => item.kind === 'stop-failure')) return 'failed';
  if (ends.length > 0) return 'done';
  if (turn.kind === 'command') return last?.kind === 'compaction' && last.isRunning ? 'running' : 'done';
  if (turn.kind === 'none') return 'done';
  // Older clients write no stop_reason: then words at the end are the answer.
  if (isOver && last?.kind === 'text') return 'done';
  return isOver ? 'interrupted' : 'running';
}

/** A turn that is over has no running calls; what came of them nobody told. */
function closeOpen(items: readonly StoryItem[]): void {
  for (const item of items) {
    if (item.kind === 'action') close(item);
    else if (item.kind === 'wait' && item.answer === 'open') item.answer = 'unknown';
    else if (item.kind === 'subagent' && !item.isBackground) {
      if (item.state === 'running') item.state = 'unknown-end';
      if (item.call) close(item.call);
      closeOpen(item.items);
    }
  }
}

function close(item: ActionItem): void {
  const { state } = item.action;
  if (state === 'running' || state === 'waiting') item.action = { ...item.action, state: 'unknown-end' };
}

/** The hook and the transcript's row of one failure. */
function joinStopFailures(items: StoryItem[]): StoryItem[] {
  const told = items.flatMap((item) => (item.kind === 'stop-failure' && item.seq !== undefined ? [item] : []));
  if (told.length === 0) return items;
  return items.filter((item) => {
    if (item.kind !== 'stop-failure' || item.entry === undefined) return true;
    const twin = told.shift();
    if (twin) Object.assign(twin, present({ entry: item.entry, text: item.text || undefined }));
    return twin === undefined;
  });
}

function sumWaits(items: readonly StoryItem[]): number {
  let ms = 0;
  for (const item of items) {
    if (item.kind === 'wait') ms += item.durationMs ?? 0;
    else if (item.kind === 'subagent') ms += sumWaits(item.items);
  }
  return ms;
}

/** Marks stand before the prompt that follows them; what is left came after everything. */
function placeMarks(turns: readonly StoryTurn[], marks: readonly SessionMark[]): SessionMark[] {
  let index = 0;
  const after: SessionMark[] = [];
  for (const mark of marks) {
    while (index < turns.length && (turns[index]?.at ?? '') < mark.at) index++;
    const list = turns[index]?.before ?? after;
    const twin = list.find((one) => one.mark === mark.mark && (one.seq === undefined) !== (mark.seq === undefined));
    if (twin) Object.assign(twin, { ...mark, ...twin });
    else list.push(mark);
  }
  return after;
}

/** When an item was over, as far as it is known. */
export function endOf(item: StoryItem): string {
  if (item.kind === 'action') return item.action.endedAt ?? item.at;
  if (item.kind === 'compaction') return shiftTime(item.at, item.durationMs ?? 0);
  return item.kind === 'subagent' && !item.isBackground ? (item.endedAt ?? item.at) : item.at;
}
