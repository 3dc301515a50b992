import type { TelltaleEvent } from '@telltale/core';
import type { Recorded } from '../client/recorder.ts';
import { registeredEvents } from '../installs.ts';

/** One hook invocation in a form that can be compared: keys sorted, as text. */
export interface Told {
  name: string;
  payload: string;
}

/** What the witness saw of the events that our settings register, in a fixed order. */
export function fired(recorded: readonly Recorded[]): Told[] {
  const registered = registeredEvents();
  return recorded
    .filter((one) => registered.has(one.name))
    .map((one) => ({ name: one.name, payload: canonical(one.input) }))
    .sort(byText);
}

/** What the service holds of the hooks, in the same order. */
export function stored(events: readonly TelltaleEvent[]): Told[] {
  return events
    .filter((event) => event.source === 'hook')
    .map((event) => ({ name: event.name, payload: canonical(event.payload) }))
    .sort(byText);
}

const byText = (a: Told, b: Told): number => compareText(a.name, b.name) || compareText(a.payload, b.payload);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => compareText(a, b)))
      : inner,
  );
