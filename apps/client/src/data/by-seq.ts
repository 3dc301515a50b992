interface Placed {
  readonly seq: number;
}

/** Index of the first one at or behind a `seq`, in a list that ascends by it. */
function placeOfSeq(list: readonly Placed[], seq: number): number {
  let low = 0;
  let high = list.length;
  const last = list[high - 1];
  if (!last || last.seq < seq) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function atSeq<T extends Placed>(list: readonly T[], seq: number): T | undefined {
  const found = list[placeOfSeq(list, seq)];
  return found?.seq === seq ? found : undefined;
}

/** The list with what is new in `fresh`; the same list where nothing is. Ascending, each `seq` once. */
export function withFresh<T extends Placed>(list: readonly T[], fresh: readonly T[]): readonly T[] {
  const added = fresh.filter((one) => atSeq(list, one.seq) === undefined);
  if (added.length === 0) return list;
  const merged = [...list];
  // Nearly always they all come behind the last one.
  for (const one of added) {
    const place = placeOfSeq(merged, one.seq);
    if (place === merged.length) merged.push(one);
    else if (merged[place]?.seq !== one.seq) merged.splice(place, 0, one);
  }
  return merged;
}
