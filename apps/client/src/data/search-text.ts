import { foldCase, type TelltaleEvent, searchTextOf as textOf } from '@telltale/core';

/** The event's search text as the service stores it; without a payload only its summary is left. */
export function searchTextOf(event: TelltaleEvent): string {
  return event.payload ? textOf({ ...event, payload: event.payload }) : foldCase(event.summary);
}
