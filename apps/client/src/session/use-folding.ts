import { computed, type Ref, shallowRef } from 'vue';
import { type Folding, rowsOf, type StoryRow } from './rows.ts';
import type { StoryIndex, StoryNode } from './story-index.ts';

/** A story with more things than this opens folded, but for its last prompt. */
const longStory = 150;

/** What is open on the page, and the rows that follow from it. */
export function useFolding(index: Readonly<Ref<StoryIndex | undefined>>, isWhole: Readonly<Ref<boolean>>) {
  const choices = shallowRef<ReadonlyMap<string, boolean>>(new Map());
  /** Decided when the story is first seen: a session that grows does not fold itself. */
  const wasLong = shallowRef<boolean>();

  const folding = computed((): Folding => {
    const told = index.value;
    const last = told ? lastPrompt(told) : -1;
    if (told && wasLong.value === undefined) wasLong.value = !isWhole.value || told.nodes.length > longStory;
    return {
      isTurnOpen: (key, turn) => choices.value.get(key) ?? (!wasLong.value || turn >= last),
      isOpen: (key) => choices.value.get(key) ?? false,
    };
  });
  const rows = computed((): readonly StoryRow[] => (index.value ? rowsOf(index.value, folding.value) : []));

  return { rows, wasLong, isOpen, set, toggle, unfold, setAllTurns };

  function isOpen(key: string): boolean {
    const turn = index.value?.turnOf(key) ?? -1;
    return turn >= 0 ? folding.value.isTurnOpen(key, turn) : folding.value.isOpen(key);
  }

  function set(changes: Iterable<readonly [string, boolean]>): void {
    choices.value = new Map([...choices.value, ...changes]);
  }

  function toggle(key: string): void {
    set([[key, !isOpen(key)]]);
  }

  /** Opens whatever hides a thing. */
  function unfold(turn: number, node: StoryNode | undefined): void {
    const turnKey = index.value?.turnKey(turn);
    const keys = [...(node && turnKey ? [turnKey] : []), ...(node?.parents ?? [])];
    if (keys.some((key) => !isOpen(key))) set(keys.map((key) => [key, true] as const));
  }

  function setAllTurns(open: boolean): void {
    const turns = index.value?.story.turns ?? [];
    set(turns.map((_, turn) => [index.value?.turnKey(turn) ?? '', open] as const));
  }
}

/** The last prompt that somebody typed; what the client sent after it stays with it. */
function lastPrompt({ story }: StoryIndex): number {
  const typed = story.turns.findLastIndex((turn) => turn.kind === 'typed');
  return typed < 0 ? story.turns.length - 1 : typed;
}
