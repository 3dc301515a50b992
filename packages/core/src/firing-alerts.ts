import { z } from 'zod';
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

/** Those whose newest word is that they fire, oldest first. What names a session is told by that session. */
export function firingAlerts(events: readonly TelltaleEvent[]): FiringAlert[] {
  const newest = new Map<string, TelltaleEvent>();
  for (const event of events) {
    if (event.source !== 'alert' || event.sessionId !== undefined) continue;
    const fingerprint = textAt(event.payload, 'fingerprint') ?? event.id;
    const known = newest.get(fingerprint);
    if (known === undefined || event.seq > known.seq) newest.set(fingerprint, event);
  }
  return [...newest]
    .filter(([, { payload }]) => textAt(payload, 'status') !== 'resolved')
    .map(([fingerprint, event]) => ({
      ...{ fingerprint, summary: event.summary, since: event.at, seq: event.seq },
      ...urlOf(event),
    }))
    .sort((a, b) => a.seq - b.seq);
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
