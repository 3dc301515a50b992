import type { AnnotationTarget } from '../annotations.ts';
import type { Place, StoryItem, StoryTurn } from './story.ts';

/** How ids of what has no id of its own are found. */
export interface PlaceIds {
  eventId(seq: number): string | undefined;
  entryUuid(entry: number): string | undefined;
}

/** What notes and bookmarks on a prompt are about, by ids that hold when its session is imported again. */
export function targetOfTurn(turn: StoryTurn, ids: PlaceIds): AnnotationTarget | undefined {
  return turn.promptId === undefined ? targetOfPlace(turn, ids) : { promptId: turn.promptId };
}

export function targetOfItem(item: StoryItem, ids: PlaceIds): AnnotationTarget | undefined {
  if (item.kind === 'action' && item.action.toolUseId !== undefined) return { toolUseId: item.action.toolUseId };
  if (item.kind === 'subagent' && item.agentId !== undefined) return { agentId: item.agentId };
  return targetOfPlace(item, ids);
}

export function targetOfPlace({ seq, entry }: Place, ids: PlaceIds): AnnotationTarget | undefined {
  const eventId = seq === undefined ? undefined : ids.eventId(seq);
  if (eventId !== undefined) return { eventId };
  const entryUuid = entry === undefined ? undefined : ids.entryUuid(entry);
  return entryUuid === undefined ? undefined : { entryUuid };
}
