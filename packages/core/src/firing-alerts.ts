import * as z from 'zod';
import { alertIdentity, isOwnAlert } from './alert-identity.ts';
import type { TelltaleEvent } from './event.ts';
import { fieldsAt, textAt } from './fields.ts';
import { alertSummary } from './sources/alert.ts';

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

/** What an alert that goes on firing says now, by its fingerprint; undefined where nobody knows better than its event. */
export type WordsNow = (fingerprint: string) => string | undefined;

/** Those that fire and name no session, oldest first. What names a session is told by that session. */
export function firingAlerts(events: readonly TelltaleEvent[], wordsNow: WordsNow): FiringAlert[] {
  return alertsFiring(events)
    .filter(({ sessionId }) => sessionId === undefined)
    .map((event) => firingAlertOf(event, wordsNow));
}

export function firingAlertOf(event: TelltaleEvent, wordsNow: WordsNow): FiringAlert {
  const fingerprint = textAt(event.payload, 'fingerprint') ?? event.id;
  const title = textAt(fieldsAt(event.payload, 'labels'), 'alertname');
  const words = wordsNow(fingerprint);
  const summary = title === undefined || words === undefined ? event.summary : alertSummary(title, 'firing', words);
  return { fingerprint, summary, since: event.at, seq: event.seq, ...urlOf(event) };
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
