import { useMutationObserver } from '@vueuse/core';
import { onScopeDispose, type Ref, watch } from 'vue';

const all = 'found';
const here = 'found-here';
const mostRanges = 2000;

/** Marks the searched text in the rows that are on the page, without touching them: as highlights of the browser. */
export function useFoundMarks(
  box: Readonly<Ref<Element | undefined>>,
  query: () => string,
  current: () => string | undefined,
) {
  const highlights = typeof CSS === 'undefined' ? undefined : CSS.highlights;
  let frame = 0;
  const later = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(mark);
  };

  watch([box, query, current], later, { flush: 'post' });
  useMutationObserver(box as Ref<HTMLElement | undefined>, () => query() !== '' && later(), {
    childList: true,
    subtree: true,
    characterData: true,
  });
  onScopeDispose(() => {
    cancelAnimationFrame(frame);
    highlights?.delete(all);
    highlights?.delete(here);
  });

  function mark(): void {
    highlights?.delete(all);
    highlights?.delete(here);
    const wanted = query().trim().toLowerCase();
    if (!highlights || !box.value || wanted === '') return;
    const found = rangesOf(box.value, wanted);
    const isHere = (range: Range) => rowKeyOf(range) === current();
    highlights.set(all, new Highlight(...found.filter((range) => !isHere(range))));
    highlights.set(here, new Highlight(...found.filter(isHere)));
  }
}

function rangesOf(box: Element, wanted: string): Range[] {
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && ranges.length < mostRanges; node = walker.nextNode()) {
    const text = node.textContent?.toLowerCase() ?? '';
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
    }
  }
  return ranges;
}

function rowKeyOf(range: Range): string | undefined {
  const row = range.startContainer.parentElement?.closest('[data-key]');
  return row instanceof HTMLElement ? row.dataset.key : undefined;
}
