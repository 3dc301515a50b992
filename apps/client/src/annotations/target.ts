import type { AnnotationTarget, TelltaleEvent, TranscriptEntry } from '@telltale/core';
import { type PlaceIds, targetOfItem, targetOfPlace, targetOfTurn } from '@telltale/core/story';
import { atSeq } from '../data/by-seq.ts';
import type { StoryRow } from '../session/rows.ts';

/** Where ids of what has no id of its own are found. */
export interface Told {
  events: readonly TelltaleEvent[];
  entries: readonly TranscriptEntry[];
}

/** What a row is about; undefined where it has no id. */
export function targetOfRow(row: StoryRow, { events, entries }: Told): AnnotationTarget | undefined {
  const ids: PlaceIds = { eventId: (seq) => atSeq(events, seq)?.id, entryUuid: (seq) => atSeq(entries, seq)?.uuid };
  if (row.kind === 'prompt') return targetOfTurn(row.prompt, ids);
  if (row.kind === 'mark') return targetOfPlace(row.mark, ids);
  return row.kind === 'item' ? targetOfItem(row.item, ids) : undefined;
}
