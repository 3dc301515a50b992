import { type ActionIndex, createActionIndex, type TelltaleEvent } from '@telltale/core';
import { type FeedRow, keepEvent, rowOf as rowAfter } from './feed-row.ts';

export interface FeedLimits {
  /** Rows kept at most; the oldest go first and come back from the service when scrolled to. */
  maxRows: number;
  /** Characters of search text kept at most, over all rows. */
  maxTextChars: number;
}

export type RowTest = (row: FeedRow) => boolean;

interface FilterSlice {
  budgetMs: number;
  /** So many rows found are enough for now. */
  enough?: number;
}

/** The rows of the feed: bounded, in order of arrival, filtered as they come. No reactivity in here. */
export interface Feed {
  /** What the list shows, oldest first. The array is the same one until the next filter or reset. */
  readonly rows: readonly FeedRow[];
  /** Everything in memory, whatever the filter. */
  readonly held: readonly FeedRow[];
  /** Every `seq` from here on is in memory. */
  readonly heldFrom: number;
  /** True until a filter has been tried on all rows in memory. */
  readonly filtering: boolean;
  append(events: readonly TelltaleEvent[]): void;
  /** Older events, any order. With `contiguous` they extend what is held, else they only serve this filter. */
  prepend(events: readonly TelltaleEvent[], contiguous: boolean): void;
  /** `undefined` shows everything. Rows are tried newest first, in slices: call `continueFilter` until done. */
  setFilter(test: RowTest | undefined): void;
  continueFilter(slice: FilterSlice, clock: () => number): void;
  rowOf(seq: number): FeedRow | undefined;
  removeSessions(ids: ReadonlySet<string>): void;
  clear(): void;
}

/** Core lists no more events of one action than this. */
const mostSeqs = 64;

export const feedLimits: FeedLimits = { maxRows: 100_000, maxTextChars: 40_000_000 };

export function createFeed(limits: FeedLimits = feedLimits, textOf: (event: TelltaleEvent) => string = () => ''): Feed {
  let held: FeedRow[] = [];
  let older: FeedRow[] = [];
  let shown: FeedRow[] = held;
  let test: RowTest | undefined;
  /** Rows of `held` before this index have not been tried on the filter. */
  let untried = 0;
  let heldFrom = 0;
  let textChars = 0;
  const places = new Map<string, FeedRow>();
  const maxActions = limits.maxRows * 2;
  const heldActions = createActionIndex({ maxActions });
  /** One per page of history: an old turn's end must not end what runs now. They go with the page's last row. */
  let pastActions: { index: ActionIndex; lastSeq: number }[] = [];

  return {
    get rows() {
      return shown;
    },
    get held() {
      return held;
    },
    get heldFrom() {
      return heldFrom;
    },
    get filtering() {
      return untried > 0;
    },
    append,
    prepend,
    setFilter,
    continueFilter,
    rowOf,
    removeSessions,
    clear,
  };

  function append(events: readonly TelltaleEvent[]): void {
    for (const event of events) {
      if (heldFrom === 0) heldFrom = event.seq;
      take(event, held, knownBy(event) ?? heldActions);
    }
    evict();
  }

  function prepend(events: readonly TelltaleEvent[], contiguous: boolean): void {
    const ascending = [...events].sort((a, b) => a.seq - b.seq);
    const page = createActionIndex({ maxActions });
    pastActions.push({ index: page, lastSeq: ascending.at(-1)?.seq ?? 0 });
    for (const event of ascending) take(event, contiguous ? held : older, knownBy(event) ?? page);
    const first = ascending[0];
    if (contiguous && first) heldFrom = Math.min(heldFrom || first.seq, first.seq);
  }

  /** The index that has the other half of a call or of a subagent's run already. */
  function knownBy(event: TelltaleEvent): ActionIndex | undefined {
    const key = pairKey(event);
    if (key === undefined || !places.has(key)) return undefined;
    return [heldActions, ...pastActions.map((page) => page.index)].find((index) => index.get(key) !== undefined);
  }

  function take(event: TelltaleEvent, target: FeedRow[], index: ActionIndex): void {
    for (const action of index.add(event)) {
      const known = places.get(action.key);
      // An action may also change by what another one does (its turn ended): the event is then not its own.
      const isOwn = action.seqs.includes(event.seq) || action.seqs.length >= mostSeqs;
      if (!isOwn && !known) continue;
      const kept = (!isOwn && known?.events[0]) || keepEvent(event, textOf(event));
      const row = known ? rowAfter(action, kept, known) : placed(rowAfter(action, kept, known), target);
      textChars += row.events.length > (known?.events.length ?? 0) ? kept.searchText.length : 0;
      places.set(row.id, row);
      if (known) replace(known, row);
      else insert(target, row);
    }
  }

  function insert(target: FeedRow[], row: FeedRow): void {
    const index = placeFor(target, row.key);
    if (index === target.length) target.push(row);
    else target.splice(index, 0, row);
    if (target === held && index < untried) untried += 1;
    else if (shown !== target && (!test || test(row))) insertShown(row);
  }

  function insertShown(row: FeedRow): void {
    const index = placeFor(shown, row.key);
    if (index === shown.length) shown.push(row);
    else if (shown[index]?.key !== row.key) shown.splice(index, 0, row);
  }

  function replace(known: FeedRow, row: FeedRow): void {
    const isHeld = at(held, known.key) !== undefined;
    if (row.key !== known.key) {
      move(known, row, isHeld);
      return;
    }
    put(isHeld ? held : older, row);
    if (shown === held || put(shown, row)) return;
    const wasTried = !isHeld || placeFor(held, row.key) >= untried;
    if (wasTried && test?.(row)) insertShown(row);
  }

  /** An earlier event of an action came later, from further back: the row goes to where the action began. */
  function move(known: FeedRow, row: FeedRow, isHeld: boolean): void {
    const from = isHeld ? held : older;
    const index = placeFor(from, known.key);
    from.splice(index, 1);
    if (isHeld && index < untried) untried -= 1;
    if (shown !== held) {
      const place = placeFor(shown, known.key);
      if (shown[place]?.key === known.key) shown.splice(place, 1);
    }
    insert(from, row);
  }

  function evict(): void {
    if (held.length <= limits.maxRows && textChars <= limits.maxTextChars) return;
    // A tenth at once: dropping from the front of a long array is dear.
    const dropped = held.splice(0, Math.max(1, Math.ceil(held.length / 10)));
    const last = dropped.at(-1);
    if (!last) return;
    forget(dropped);
    untried = Math.max(0, untried - dropped.length);
    heldFrom = last.key + 1;
    if (shown !== held) shown.splice(0, placeFor(shown, heldFrom));
    dropOlder();
  }

  function forget(rows: readonly FeedRow[]): void {
    for (const row of rows) {
      places.delete(row.id);
      for (const event of row.events) textChars -= event.searchText.length;
    }
  }

  function dropOlder(): void {
    forget(older);
    older = [];
    pastActions = pastActions.filter((page) => page.lastSeq >= heldFrom);
  }

  function setFilter(next: RowTest | undefined): void {
    dropOlder();
    test = next;
    shown = next ? [] : held;
    untried = next ? held.length : 0;
  }

  function continueFilter({ budgetMs, enough }: FilterSlice, clock: () => number): void {
    if (!test || untried === 0) return;
    const until = clock() + budgetMs;
    const found: FeedRow[] = [];
    while (untried > 0) {
      untried -= 1;
      const row = held[untried];
      if (row && test(row)) found.push(row);
      if (found.length === enough) break;
      if (untried % 256 === 0 && clock() > until) break;
    }
    if (found.length === 0) return;
    shown = found.reverse().concat(shown);
  }

  function rowOf(seq: number): FeedRow | undefined {
    const holds = (row: FeedRow) =>
      row.key <= seq && row.lastSeq >= seq && row.events.some((event) => event.seq === seq);
    return at(held, seq) ?? at(older, seq) ?? held.findLast(holds) ?? older.findLast(holds);
  }

  function removeSessions(ids: ReadonlySet<string>): void {
    const stays = (row: FeedRow) => row.action.sessionId === undefined || !ids.has(row.action.sessionId);
    forget([...held, ...older].filter((row) => !stays(row)));
    const tried = held.slice(untried).filter(stays).length;
    const wasHeld = shown === held;
    held = held.filter(stays);
    older = older.filter(stays);
    shown = wasHeld ? held : shown.filter(stays);
    untried = wasHeld ? 0 : held.length - tried;
  }

  function clear(): void {
    held = [];
    older = [];
    heldActions.clear();
    pastActions = [];
    places.clear();
    heldFrom = 0;
    textChars = 0;
    setFilter(test);
  }
}

/** Index of the first row whose key is not below `key`. */
function placeFor(rows: readonly FeedRow[], key: number): number {
  let low = 0;
  let high = rows.length;
  const last = rows[high - 1];
  if (!last || last.key < key) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.key ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function put(rows: FeedRow[], row: FeedRow): boolean {
  const index = placeFor(rows, row.key);
  if (rows[index]?.key !== row.key) return false;
  rows[index] = row;
  return true;
}

/** As core's actions spell the keys of what has a beginning and an end. */
function pairKey({ name, toolUseId, sessionId, agentId }: TelltaleEvent): string | undefined {
  if (toolUseId !== undefined) return `tool:${toolUseId}`;
  const isRun = name === 'SubagentStart' || name === 'SubagentStop';
  return isRun && agentId !== undefined ? `agent:${sessionId ?? ''}:${agentId}` : undefined;
}

/** One event can make several rows (a batch of calls that never ran): they stand side by side. */
function placed(row: FeedRow, target: readonly FeedRow[]): FeedRow {
  let key = row.key;
  while (at(target, key)) key += 1 / 1024;
  return key === row.key ? row : { ...row, key };
}

function at(rows: readonly FeedRow[], key: number): FeedRow | undefined {
  const row = rows[placeFor(rows, key)];
  return row?.key === key ? row : undefined;
}
