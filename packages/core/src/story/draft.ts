import type { StoryImage } from '../transcript/blocks.ts';
import type { SessionMark, StoryItem, StoryTurn } from './story.ts';

/** The main agent's lane; a subagent's is its id. */
export const mainLane = '';

/** An item on its way to its turn. */
export interface DraftItem {
  item: StoryItem;
  lane: string;
  promptId?: string | undefined;
}

export interface DraftPrompt {
  kind: Exclude<StoryTurn['kind'], 'none'>;
  text: string;
  at: string;
  promptId?: string | undefined;
  seq?: number;
  entry?: number;
  images: StoryImage[];
  /** Handed over in the middle of a turn, as the transcript says. */
  isQueued: boolean;
  /** Rows copied from another session stand before it. */
  isForked?: boolean;
}

/** A turn's end as somebody told it: the Stop event, or the transcript's last row of it. */
export interface DraftEnd {
  at: string;
  lane: string;
  promptId?: string | undefined;
  seq?: number;
  /** The last answer, where the end tells it. */
  text?: string;
}

/** What one road tells of a session. */
export interface Drafts {
  items: DraftItem[];
  prompts: DraftPrompt[];
  ends: DraftEnd[];
  marks: SessionMark[];
}

export function byLane<T extends { lane: string }>(drafts: readonly T[]): Map<string, T[]> {
  const lanes = new Map<string, T[]>();
  for (const draft of drafts) {
    const lane = lanes.get(draft.lane);
    if (lane) lane.push(draft);
    else lanes.set(draft.lane, [draft]);
  }
  return lanes;
}
