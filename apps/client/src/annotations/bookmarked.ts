import { type Annotation, type AnnotationTarget, targetKey } from '@telltale/core';
import { itemLine, turnLine } from '@telltale/core/story';
import type { StoryRow } from '../session/rows.ts';
import type { StoryIndex } from '../session/story-index.ts';
import { type Told, targetOfRow } from './target.ts';

/** A bookmark on the rail, and the row that it leads to. */
export interface Bookmarked {
  key: string;
  words: string;
  target: string;
}

/** The bookmarks of a story in reading order, folded away or not; of what is not in it, none. */
export function bookmarksOf(index: StoryIndex, annotations: readonly Annotation[], told: Told): Bookmarked[] {
  const wanted = new Map(
    annotations.filter(({ kind }) => kind === 'bookmark').map((one) => [targetKey(one), one.id] as const),
  );
  if (wanted.size === 0) return [];
  const found: (Bookmarked & { turn: number })[] = [];
  const note = (target: AnnotationTarget | undefined, place: { key: string; words: string; turn: number }) => {
    const id = target && wanted.get(targetKey(target));
    if (id !== undefined)
      found.push({ key: `bookmark:${id}`, words: place.words, target: place.key, turn: place.turn });
  };
  const row = { turn: 0, depth: 0, isOpen: false };
  for (const [turn, prompt] of index.story.turns.entries()) {
    const key = index.turnKey(turn);
    note(targetOfRow({ ...row, kind: 'prompt', key, prompt } as StoryRow, told), {
      key,
      words: turnLine(prompt),
      turn,
    });
  }
  for (const { key, item, turn } of index.nodes)
    note(targetOfRow({ ...row, kind: 'item', key, item } as StoryRow, told), { key, words: itemLine(item), turn });
  return found.sort((a, b) => a.turn - b.turn);
}
