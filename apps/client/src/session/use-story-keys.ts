import { useEventListener } from '@vueuse/core';
import { onScopeDispose } from 'vue';
import { filterInput } from '../live/filter/filter-input.ts';
import { feedKeys } from '../live/use-selection.ts';
import { preferences } from '../settings/preferences.ts';

export interface StoryKeys {
  move: (by: number) => void;
  open: () => void;
  close: () => void;
  find: () => void;
  step: (by: number) => void;
  panel: () => void;
  fall: () => void;
}

/** The story's keys: `j` `k` and `/` come from the page's keyboard, the others are its own. */
export function useStoryKeys({ move, open, close, find, step, panel, fall }: StoryKeys): void {
  const own = { move, open };
  feedKeys.value = own;
  filterInput.value = find;
  onScopeDispose(() => {
    if (feedKeys.value === own) feedKeys.value = undefined;
    if (filterInput.value === find) filterInput.value = undefined;
  });

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey) return;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key === 'f') find();
      else if (key === 'g') step(event.shiftKey ? -1 : 1);
      else return;
      event.preventDefault();
      return;
    }
    if (!isOurs(event.target)) return;
    const by = { arrowdown: 1, arrowup: -1 }[key];
    if (by !== undefined) move(by);
    else if (key === 'enter') open();
    else if (key === 'escape') close();
    else if (key === 'c' && preferences.value.singleKeys) panel();
    else if (key === 'o' && preferences.value.singleKeys) fall();
    else return;
    event.preventDefault();
  });
}

/** Keys of a field, a button or a dialog are theirs. */
function isOurs(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return true;
  return target === document.body || target.getAttribute('role') === 'grid';
}
