import type { TelltaleEvent } from '@telltale/core';

/** What was stored and what changed, told by the store and by ingest to the parts that stand on them. */
export interface News {
  stored(events: readonly TelltaleEvent[]): void;
  changed(sessionId: string): void;
  /** Hears of every stored event, in the order in which parts asked. */
  onStored(hear: (events: readonly TelltaleEvent[]) => void): void;
  /** Hears of each session whose view is another one now. */
  onChanged(hear: (sessionId: string) => void): void;
}

export function createNews(): News {
  const hearEvents: ((events: readonly TelltaleEvent[]) => void)[] = [];
  const hearSession: ((sessionId: string) => void)[] = [];
  return {
    stored(events) {
      for (const hear of hearEvents) hear(events);
    },
    changed(sessionId) {
      for (const hear of hearSession) hear(sessionId);
    },
    onStored: (hear) => void hearEvents.push(hear),
    onChanged: (hear) => void hearSession.push(hear),
  };
}
