/** A page of a list that is read from its end: newest first, `next` goes on before its last one. */
export interface BackPage<T> {
  items: readonly T[];
  next: number | null;
}

export interface ReadBackOptions<T> {
  page(before: number): Promise<BackPage<T>>;
  /** Where the newest page left off; nothing is before it when null. */
  from: number | null;
  isWanted(): boolean;
  onPage(count: number): void;
  /** Before a page that failed is asked for again. */
  pause(): Promise<void>;
}

/** Everything before the newest page, oldest first. What fails is asked for again: the service may be starting. */
export async function readBack<T>({ page, from, isWanted, onPage, pause }: ReadBackOptions<T>): Promise<T[]> {
  const pages: T[][] = [];
  let before = from;
  while (before !== null && isWanted()) {
    const found = await page(before).catch(() => undefined);
    if (!found) {
      await pause();
      continue;
    }
    pages.push([...found.items].reverse());
    before = found.items.length > 0 ? found.next : null;
    onPage(found.items.length);
  }
  return pages.reverse().flat();
}
