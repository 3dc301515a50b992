import { type Completion, completions, type Facets } from '@telltale/core';
import { useDebounceFn } from '@vueuse/core';
import { computed, shallowRef, watch } from 'vue';
import { chipsOf, hasEnded, isPreviewable, joined, type TermChip, withoutChip } from './filter-draft.ts';
import type { PageFilter } from './use-filter.ts';

const previewAfterMs = 200;
const mostShown = 12;

/** The box: terms that stand are chips, the one being typed is the draft, which already filters once it reads. */
export function useFilterBox(filter: PageFilter, facets: () => Facets) {
  const standing = shallowRef(filter.text.value);
  const draft = shallowRef('');
  const cursor = shallowRef(0);
  const picked = shallowRef(-1);
  const isOpen = shallowRef(false);

  const chips = computed(() => chipsOf(standing.value, filter.read));
  const offered = computed(() => completions(draft.value, cursor.value, facets()));
  const options = computed(() => {
    const typed = draft.value.slice(offered.value.from, offered.value.to);
    return offered.value.options.filter((option) => option.insert !== typed).slice(0, mostShown);
  });
  const error = computed(() => chips.value.find((chip) => chip.error)?.error);

  watch(filter.text, (text) => {
    if (text === joined(standing.value, draft.value)) return;
    standing.value = text;
    draft.value = '';
  });
  watch(options, () => {
    picked.value = -1;
  });
  const preview = useDebounceFn(() => {
    if (draft.value.trim() === '') filter.preview(standing.value);
    else if (isPreviewable(draft.value)) filter.preview(joined(standing.value, draft.value));
  }, previewAfterMs);

  return { chips, draft, options, picked, isOpen, error, type, commit, choose, remove, edit, clear, onKey };

  function type(text: string, at: number): void {
    [draft.value, cursor.value, isOpen.value] = [text, at, true];
    if (hasEnded(text)) commit();
    else void preview();
  }

  function commit(): void {
    standing.value = joined(standing.value, draft.value);
    draft.value = '';
    cursor.value = 0;
    filter.set(standing.value);
  }

  /** The term stands: what it leaves is to be seen, not the next completions; what is wrong with it stays. */
  function finish(): void {
    commit();
    isOpen.value = error.value !== undefined;
  }

  function choose(option: Completion): void {
    const { from, to } = offered.value;
    draft.value = draft.value.slice(0, from) + option.insert + draft.value.slice(to);
    cursor.value = from + option.insert.length;
    if (!/[:<>=]$/.test(option.insert)) finish();
  }

  function remove(chip: TermChip): void {
    standing.value = withoutChip(standing.value, chip);
    filter.set(joined(standing.value, draft.value));
  }

  function edit(chip: TermChip): void {
    standing.value = joined(withoutChip(standing.value, chip), draft.value);
    draft.value = chip.text;
    cursor.value = chip.text.length;
    isOpen.value = true;
  }

  function clear(): void {
    [standing.value, draft.value] = ['', ''];
    filter.set('');
  }

  function onKey(event: KeyboardEvent): void {
    const last = chips.value.at(-1);
    const option = options.value[picked.value];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') step(event.key === 'ArrowDown' ? 1 : -1);
    else if (event.key === 'Enter' && option && isOpen.value) choose(option);
    else if (event.key === 'Enter' && draft.value.trim() !== '') finish();
    else if (event.key === 'Tab' && isOpen.value && draft.value !== '' && options.value[0])
      choose(option ?? options.value[0]);
    else if (event.key === 'Backspace' && draft.value === '' && last) edit(last);
    else if (event.key === 'Escape' && isOpen.value && options.value.length > 0) isOpen.value = false;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function step(by: number): void {
    isOpen.value = true;
    const all = options.value.length;
    picked.value = all === 0 ? -1 : (picked.value + by + all + (picked.value < 0 && by < 0 ? 1 : 0)) % all;
  }
}
