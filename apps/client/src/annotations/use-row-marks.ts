import { type Annotation, type Session, targetKey } from '@telltale/core';
import { itemLine, turnLine } from '@telltale/core/story';
import { computed, onScopeDispose, type Ref } from 'vue';
import type { StoryRow } from '../session/rows.ts';
import type { StoryIndex } from '../session/story-index.ts';
import { annotating } from './annotating.ts';
import { bookmarksOf } from './bookmarked.ts';
import { markKeys } from './mark-keys.ts';
import { type Told, targetOfRow } from './target.ts';
import type { SessionAnnotations } from './use-annotations.ts';

export interface RowMarksParts {
  annotations: SessionAnnotations;
  index: Readonly<Ref<StoryIndex | undefined>>;
  session: Readonly<Ref<Session | undefined>>;
  told: () => Told;
  /** The selected row. */
  row: () => StoryRow | undefined;
}

const none: readonly Annotation[] = [];

/** What is put on the rows of a story, and the keys that put it there. */
export function useRowMarks({ annotations, index, session, told, row }: RowMarksParts) {
  const bookmarks = computed(() => (index.value ? bookmarksOf(index.value, annotations.list.value, told()) : []));

  function marksOf(one: StoryRow): readonly Annotation[] {
    if (annotations.list.value.length === 0) return none;
    const target = targetOfRow(one, told());
    return (target && annotations.byTarget.value.get(targetKey(target))) ?? none;
  }

  /** Why the last change of its marks was refused. */
  function refusalOf(one: StoryRow): string | undefined {
    if (!annotations.hasRefusal.value) return undefined;
    const target = targetOfRow(one, told());
    return target && annotations.refusalOf(target);
  }

  function put(kind: 'bookmark' | 'note' | 'label'): void {
    const one = row();
    const target = one && targetOfRow(one, told());
    const id = session.value?.id;
    if (!target || id === undefined) return;
    if (kind === 'bookmark') void annotations.toggle('bookmark', target);
    else annotating.value = { kind, sessionId: id, target, words: wordsOf(one) };
  }

  markKeys.value = put;
  onScopeDispose(() => {
    if (markKeys.value === put) markKeys.value = undefined;
    annotating.value = undefined;
  });
  return { marksOf, refusalOf, bookmarks };
}

function wordsOf(row: StoryRow): string {
  if (row.kind === 'prompt') return turnLine(row.prompt);
  return row.kind === 'item' ? itemLine(row.item) : '';
}
