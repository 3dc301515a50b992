import { useResizeObserver } from '@vueuse/core';
import { onUpdated, type Ref, watch } from 'vue';

/** Fades the edge behind which there is more to scroll to; `base.css` draws it. */
export function useSideHint(scroller: Readonly<Ref<HTMLElement | null>>): void {
  function tell(): void {
    const { value: element } = scroller;
    if (!element) return;
    const { scrollLeft, scrollWidth, clientWidth } = element;
    const isMore = [scrollLeft > 1 && 'left', scrollLeft + clientWidth < scrollWidth - 1 && 'right'];
    element.dataset.more = isMore.filter(Boolean).join(' ');
  }
  watch(
    scroller,
    (element, _, onCleanup) => {
      element?.addEventListener('scroll', tell, { passive: true });
      onCleanup(() => element?.removeEventListener('scroll', tell));
    },
    { immediate: true },
  );
  onUpdated(tell);
  useResizeObserver(() => [scroller.value, ...(scroller.value?.children ?? [])] as HTMLElement[], tell);
}
