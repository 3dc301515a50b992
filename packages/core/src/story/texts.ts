import { present } from '../present.ts';
import type { DraftEnd } from './draft.ts';
import type { StoryItem, TextItem } from './story.ts';

/** The hook's clock may be a second coarse. */
const clockSlackMs = 1000;

/**
 * Each text once. The transcript's words stand; what was displayed and is not among them stays (the transcript lags
 * behind), and so does the last answer of a Stop until the transcript has it. `items` are in order.
 */
export function settleTexts(items: readonly StoryItem[], ends: readonly DraftEnd[]): StoryItem[] {
  const settled = dropDisplayed(items);
  for (const end of ends) {
    if (end.text === undefined || end.text.trim() === '') continue;
    const from = lastActionBefore(settled, Date.parse(end.at) - clockSlackMs);
    const known = findText(settled, from, plain(end.text));
    if (!known)
      insert(settled, { kind: 'text', at: end.at, text: end.text, isAnswer: false, ...present({ seq: end.seq }) });
    else if (known.seq === undefined && end.seq !== undefined) known.seq = end.seq;
  }
  return settled;
}

/** Displayed messages whose words the transcript has; the transcript's take over their place among the events. */
function dropDisplayed(items: readonly StoryItem[]): StoryItem[] {
  const written = new Map<string, TextItem[]>();
  for (const group of byMessage(items)) {
    const words = plain(group.map(({ text }) => text).join(''));
    const [first] = group;
    if (!first) continue;
    const same = written.get(words);
    if (same) same.push(first);
    else written.set(words, [first]);
  }
  if (written.size === 0) return [...items];
  return items.filter((item) => {
    if (item.kind !== 'text' || item.entry !== undefined) return true;
    const twin = written.get(plain(item.text))?.shift();
    if (twin && item.seq !== undefined) twin.seq = item.seq;
    return twin === undefined;
  });
}

/** Texts of the transcript; blocks of one message are one text. */
function byMessage(items: readonly StoryItem[]): TextItem[][] {
  const groups: TextItem[][] = [];
  let last: TextItem | undefined;
  for (const item of items) {
    if (item.kind !== 'text' || item.entry === undefined) continue;
    if (last?.messageId !== undefined && last.messageId === item.messageId) groups.at(-1)?.push(item);
    else groups.push([item]);
    last = item;
  }
  return groups;
}

function lastActionBefore(items: readonly StoryItem[], ms: number): number {
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index];
    const isDone = item?.kind === 'action' || item?.kind === 'subagent';
    if (isDone && Date.parse(item.at) <= ms) return index + 1;
  }
  return 0;
}

/** A text, or the texts of one message together. */
function findText(items: readonly StoryItem[], from: number, words: string): TextItem | undefined {
  let message = '';
  let messageId: string | undefined;
  for (const item of items.slice(from)) {
    if (item.kind !== 'text') continue;
    const own = plain(item.text);
    message = item.messageId !== undefined && item.messageId === messageId ? message + own : own;
    messageId = item.messageId;
    if (own === words || message === words) return item;
  }
  return undefined;
}

function insert(items: StoryItem[], item: StoryItem): void {
  let index = items.length;
  while (index > 0 && (items[index - 1]?.at ?? '') > item.at) index--;
  items.splice(index, 0, item);
}

/** Line ends and indents differ between the roads. */
function plain(text: string): string {
  return text.replace(/\s+/g, '');
}
