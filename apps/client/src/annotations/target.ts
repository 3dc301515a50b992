import type { AnnotationTarget, TelltaleEvent, TranscriptEntry } from '@telltale/core';
import type { Place } from '@telltale/core/story';
import { atSeq } from '../data/by-seq.ts';
import type { StoryRow } from '../session/rows.ts';

/** Where ids of what has no id of its own are found. */
export interface Told {
  events: readonly TelltaleEvent[];
  entries: readonly TranscriptEntry[];
}

/** What a row is about, by ids that hold when its session is imported again; undefined where it has none. */
export function targetOfRow(row: StoryRow, told: Told): AnnotationTarget | undefined {
  if (row.kind === 'prompt') {
    const { promptId } = row.prompt;
    return promptId === undefined ? targetOfPlace(row.prompt, told) : { promptId };
  }
  if (row.kind === 'mark') return targetOfPlace(row.mark, told);
  if (row.kind !== 'item') return undefined;
  const { item } = row;
  if (item.kind === 'action' && item.action.toolUseId !== undefined) return { toolUseId: item.action.toolUseId };
  if (item.kind === 'subagent' && item.agentId !== undefined) return { agentId: item.agentId };
  return targetOfPlace(item, told);
}

function targetOfPlace({ seq, entry }: Place, { events, entries }: Told): AnnotationTarget | undefined {
  const eventId = seq === undefined ? undefined : atSeq(events, seq)?.id;
  if (eventId !== undefined) return { eventId };
  const entryUuid = entry === undefined ? undefined : atSeq(entries, entry)?.uuid;
  return entryUuid === undefined ? undefined : { entryUuid };
}
