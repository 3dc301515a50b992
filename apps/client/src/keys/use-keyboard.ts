import { useEventListener } from '@vueuse/core';
import { useRoute, useRouter } from 'vue-router';
import { useAccess } from '../access/use-access.ts';
import { markKeys } from '../annotations/mark-keys.ts';
import { missed } from '../away/use-away.ts';
import { filterInput } from '../live/filter/filter-input.ts';
import { isPaused } from '../live/following.ts';
import { allGroups } from '../live/use-groups.ts';
import { feedKeys } from '../live/use-selection.ts';
import { preferences } from '../settings/preferences.ts';
import { openOverlay, typeAhead } from '../shell/overlays.ts';
import { createKeyReader, type KeyName } from './keymap.ts';
import { nextWaiting } from './next-waiting.ts';

/** The page's keys; `keymap.ts` says which there are. */
export function useKeyboard(): void {
  const route = useRoute();
  const router = useRouter();
  const { refusesChange } = useAccess();
  const read = createKeyReader({ singleKeys: () => preferences.value.singleKeys, now: () => Date.now() });
  const actions: Record<KeyName, () => void> = {
    j: () => feedKeys.value?.move(1),
    k: () => feedKeys.value?.move(-1),
    esc: close,
    n: goToWaiting,
    '/': () => filterInput.value?.(),
    '.': () => {
      isPaused.value = !isPaused.value;
    },
    l: () => void router.push({ query: { ...route.query, view: route.query.view === 'lanes' ? undefined : 'lanes' } }),
    b: () => mark('bookmark'),
    t: () => mark('label'),
    m: () => mark('note'),
    'g l': () => void router.push('/'),
    'g s': () => void router.push('/sessions'),
    'g f': () => void router.push('/search'),
    'g a': () => void router.push('/analytics'),
    w: () => void router.push(route.name === 'wall' ? '/' : '/wall'),
    'ctrl-k': () => {
      openOverlay.value = 'palette';
    },
    '?': () => {
      openOverlay.value = 'help';
    },
  };

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    if (openOverlay.value && event.key !== 'Escape') {
      if (!isTyping(event) && typeAhead(event)) event.preventDefault();
      return;
    }
    const name = read({ key: event.key, ctrl: event.ctrlKey, meta: event.metaKey, alt: event.altKey }, isTyping(event));
    if (name === undefined) return;
    if (name !== 'esc') event.preventDefault();
    if (name !== 'pending') actions[name]();
  });

  /** Who may change nothing has no such keys. */
  function mark(kind: 'bookmark' | 'label' | 'note'): void {
    if (!refusesChange.value) markKeys.value?.(kind);
  }

  function close(): void {
    if (openOverlay.value) return;
    if (route.name === 'wall') void router.push('/');
    else if (missed.value) missed.value = undefined;
    else if (route.query.event !== undefined) void router.push({ query: { ...route.query, event: undefined } });
  }

  /** Walks "since you left" while it is open; else opens the request itself where its event is known. */
  function goToWaiting(): void {
    const links = [...document.querySelectorAll<HTMLElement>('.since-left-link')];
    if (links.length > 0) {
      links[(links.indexOf(document.activeElement as HTMLElement) + 1) % links.length]?.focus();
      return;
    }
    const next = nextWaiting(
      allGroups.value['needs-you'],
      typeof route.query.event === 'string' ? route.query.event : '',
    );
    if (!next) return;
    const { seq, id } = next;
    if (seq === undefined) void router.push({ name: 'session', params: { id } });
    else void router.push({ path: '/', query: { ...(route.name === 'live' && route.query), event: String(seq) } });
  }
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
