import { itemLine, type StoryItem } from '@telltale/core/story';
import type { StoryIndex } from './story-index.ts';

/** Where a text stands in the story. */
export interface FoundText {
  /** Key of the row. */
  key: string;
  /** The text is in what the row shows only when it is opened. */
  isInside: boolean;
}

/** Finds texts in a story, also in what is folded; letters in either case. */
export interface StoryFinder {
  find: (query: string) => FoundText[];
}

/** More of one payload is not searched here: the search of all sessions does that. */
const mostCharacters = 40_000;

export function createFinder(index: StoryIndex): StoryFinder {
  let texts: SearchedText[] | undefined;
  return {
    find(query) {
      const wanted = query.trim().toLowerCase();
      if (wanted === '') return [];
      texts ??= searchedTexts(index);
      return texts.flatMap(({ key, shown, inside }): FoundText[] => {
        if (shown.includes(wanted)) return [{ key, isInside: false }];
        return inside.includes(wanted) ? [{ key, isInside: true }] : [];
      });
    },
  };
}

interface SearchedText {
  key: string;
  shown: string;
  inside: string;
}

function searchedTexts(index: StoryIndex): SearchedText[] {
  const texts: SearchedText[] = [];
  let turn = -1;
  const startTurnsUpTo = (last: number) => {
    while (turn < last) {
      turn += 1;
      const told = index.story.turns[turn];
      if (told) texts.push({ key: index.turnKey(turn), shown: told.text.toLowerCase(), inside: '' });
    }
  };
  for (const { key, item, turn: own } of index.nodes) {
    startTurnsUpTo(own);
    texts.push({ key, shown: shownText(item).toLowerCase(), inside: insideText(item).toLowerCase() });
  }
  startTurnsUpTo(index.story.turns.length - 1);
  return texts;
}

function shownText(item: StoryItem): string {
  return item.kind === 'text' ? item.text : itemLine(item, 400);
}

function insideText(item: StoryItem): string {
  if (item.kind === 'thinking') return item.text;
  if (item.kind === 'compaction') return item.summary ?? '';
  if (item.kind === 'subagent') return item.prompt ?? '';
  if (item.kind !== 'action') return '';
  const parts = [...stringsIn(item.input), ...stringsIn(item.response), item.error ?? ''];
  return parts.join('\n').slice(0, mostCharacters);
}

/** Every text of a payload, pictures left out. */
function* stringsIn(value: unknown, depth = 0): Iterable<string> {
  if (typeof value === 'string') {
    if (value.length < mostCharacters || value.includes(' ')) yield value.slice(0, mostCharacters);
  } else if (typeof value === 'object' && value !== null && depth < 6) {
    for (const inner of Object.values(value)) yield* stringsIn(inner, depth + 1);
  }
}
