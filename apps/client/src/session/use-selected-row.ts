import { nextTick, type Ref, shallowRef } from 'vue';
import type { Hit } from './overview.ts';
import { addressOf, findPlace, tells, type Wanted } from './places.ts';
import type { StoryRow } from './rows.ts';
import type { StoryIndex } from './story-index.ts';
import type { useAddress } from './use-address.ts';
import type { useFolding } from './use-folding.ts';

interface SelectedRowDeps {
  index: Readonly<Ref<StoryIndex | undefined>>;
  folding: Pick<ReturnType<typeof useFolding>, 'rows' | 'set' | 'toggle' | 'unfold'>;
  list: Readonly<Ref<{ reveal(key: string, align?: 'start' | 'center'): void } | null>>;
  /** Writes into the address where somebody is. */
  point: ReturnType<typeof useAddress>['point'];
}

/** The row of the story that is selected, and the ways to another: by keys, by links, by the address. */
export function useSelectedRow({ index, folding, list, point }: SelectedRowDeps) {
  const selected = shallowRef<string>();

  return { selected, selectedRow, goTo, goToPlace, goInto, jump, toggle, move, open, leave };

  function selectedRow(): StoryRow | undefined {
    return folding.rows.value.find(({ key }) => key === selected.value);
  }

  /** Opens what hides it, selects it and brings it before the eyes. */
  async function goTo(key: string, align: 'start' | 'center' = 'start'): Promise<void> {
    const node = index.value?.nodeOf(key);
    const turn = node?.turn ?? index.value?.turnOf(key) ?? -1;
    if (turn < 0) return;
    folding.unfold(turn, node);
    selected.value = key;
    await nextTick();
    list.value?.reveal(key, align);
  }

  /** False where the story has no such place. */
  function goToPlace(place: Wanted): boolean {
    const found = index.value && findPlace(index.value, place);
    if (!found || !index.value) return false;
    const key = found.node?.key ?? index.value.turnKey(found.turn);
    if (key === selected.value || isSelectedAt(place)) return true;
    const kind = found.node?.item.kind;
    if (kind === 'action' || kind === 'subagent') folding.set([[key, true]]);
    void goTo(key);
    return true;
  }

  /** The address follows a selection: it must not lead on to another row of the same event. */
  function isSelectedAt({ seq }: Wanted): boolean {
    const node = selected.value === undefined ? undefined : index.value?.nodeOf(selected.value);
    return node !== undefined && seq !== undefined && tells(node.item, seq);
  }

  /** To a thing of the story, opened: a file's change is seen, not only found. */
  function goInto(key: string): void {
    if (index.value?.nodeOf(key)?.item.kind === 'action') folding.set([[key, true]]);
    void goTo(key);
  }

  function jump(hit: Hit): void {
    if (hit.turn !== undefined && hit.seq === undefined && hit.entry === undefined)
      void goTo(index.value?.turnKey(hit.turn) ?? '');
    else goToPlace(hit);
  }

  function toggle(row: StoryRow): void {
    folding.toggle(row.key);
    selected.value = row.key;
    if (row.kind === 'item') point(addressOf(row.item));
    else if (row.kind === 'prompt') point(row.prompt.seq === undefined ? {} : { at: String(row.prompt.seq) });
  }

  function move(by: number): void {
    const rows = folding.rows.value;
    const at = rows.findIndex((row) => row.key === selected.value);
    const row = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (!row) return;
    selected.value = row.key;
    list.value?.reveal(row.key);
  }

  /** Opens or closes it. */
  function open(): void {
    const row = selectedRow();
    if (row?.kind === 'glimpse') void goTo(row.target);
    else if (row?.kind === 'prompt' || row?.kind === 'item') toggle(row);
  }

  function leave(): void {
    selected.value = undefined;
    point({});
  }
}
