import { z } from 'zod';
import { alertIdentity, isOwnAlert } from './alert-identity.ts';
import type { TelltaleEvent } from './event.ts';
import { fieldsAt, textAt } from './fields.ts';

/** An alert that fires and is about no single session. */
export const firingAlertSchema = z.object({
  fingerprint: z.string(),
  /** What it is and what it says. */
  summary: z.string(),
  since: z.string(),
  seq: z.number().int(),
  /** Where it can be looked into: the panel, else the rule. */
  url: z.string().optional(),
});

export type FiringAlert = z.infer<typeof firingAlertSchema>;

/** Those that fire and name no session, oldest first. What names a session is told by that session. */
export function firingAlerts(events: readonly TelltaleEvent[]): FiringAlert[] {
  return alertsFiring(events)
    .filter(({ sessionId }) => sessionId === undefined)
    .map((event) => firingAlertOf(event));
}

export function firingAlertOf(event: TelltaleEvent): FiringAlert {
  return {
    fingerprint: textAt(event.payload, 'fingerprint') ?? event.id,
    ...{ summary: event.summary, since: event.at, seq: event.seq },
    ...urlOf(event),
  };
}

/** Events of alerts whose newest word is that they fire, oldest first. */
export function alertsFiring(events: readonly TelltaleEvent[]): TelltaleEvent[] {
  const newest = new Map<string, TelltaleEvent>();
  for (const event of events) {
    if (event.source !== 'alert') continue;
    const fingerprint = textAt(event.payload, 'fingerprint') ?? event.id;
    const known = newest.get(fingerprint);
    if (known === undefined || event.seq > known.seq) newest.set(fingerprint, event);
  }
  const firing = [...newest.values()].filter(({ payload }) => textAt(payload, 'status') !== 'resolved');
  const own = new Set(firing.filter(({ payload }) => isOwnAlert(payload)).map(identityOf));
  return firing
    .filter((event) => isOwnAlert(event.payload) || !own.has(identityOf(event)))
    .sort((a, b) => a.seq - b.seq);
}

function identityOf({ payload, id }: TelltaleEvent): string {
  return alertIdentity(payload, id);
}

/** Only what a browser may follow without harm. */
function urlOf({ payload }: TelltaleEvent): { url?: string } {
  const told = [
    textAt(payload, 'panelURL'),
    textAt(payload, 'generatorURL'),
    textAt(fieldsAt(payload, 'annotations'), 'runbook_url'),
  ];
  const url = told.find((one) => one !== undefined && /^https?:\/\//.test(one));
  return url === undefined ? {} : { url };
}
