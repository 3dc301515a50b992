import type { EventPage, TelltaleEvent } from '@telltale/core';

export interface GapsOptions {
  /** A page of events, oldest first. */
  fetchPage(after: number, limit: number): Promise<EventPage>;
  onEvents(events: readonly TelltaleEvent[]): void;
  /** The gap is too wide to be filled: what is held from before it must go, scrolling back brings it again. */
  onTooWide(): void;
  /** How many events are still to be fetched. */
  onMissing(count: number): void;
}

interface Gap {
  /** Everything up to here is there. */
  after: number;
  to: number;
}

/** More than this many skipped events are left to scrolling back. */
const mostFetched = 5000;
const pageSize = 1000;

/** Fetches what the service skipped for a slow viewer, page by page; what could not be fetched stays missing. */
export function createGaps({ fetchPage, onEvents, onTooWide, onMissing }: GapsOptions) {
  let gaps: Gap[] = [];
  let isFilling = false;
  /** Asked while it was at work, whose last page may be failing just now. */
  let isAskedAgain = false;

  const tellMissing = () => onMissing(gaps.reduce((sum, { after, to }) => sum + to - after, 0));

  async function fill(): Promise<void> {
    if (isFilling) {
      isAskedAgain = true;
      return;
    }
    isFilling = true;
    try {
      for (let [gap] = gaps; gap; [gap] = gaps) await fillNext(gap);
    } catch {
      // The connection is lost or about to be: its next greeting tries again.
    } finally {
      isFilling = false;
    }
    if (!isAskedAgain) return;
    isAskedAgain = false;
    void fill();
  }

  async function fillNext(gap: Gap): Promise<void> {
    const page = await fetchPage(gap.after, pageSize);
    // A start over meanwhile.
    if (!gaps.includes(gap)) return;
    onEvents(page.events.filter((event) => event.seq <= gap.to));
    gap.after = Math.min(page.events.at(-1)?.seq ?? gap.to, gap.to);
    if (gap.after >= gap.to) gaps = gaps.filter((other) => other !== gap);
    tellMissing();
  }

  return {
    add(from: number, to: number): void {
      if (to - from >= mostFetched) {
        gaps = [];
        onTooWide();
      }
      gaps.push({ after: Math.max(from, to - mostFetched + 1) - 1, to });
      tellMissing();
      void fill();
    },
    /** Tries again what could not be fetched. */
    retry: () => void fill(),
    clear(): void {
      gaps = [];
      tellMissing();
    },
  };
}
