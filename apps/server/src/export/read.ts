import { setImmediate } from 'node:timers/promises';
import {
  type Annotation,
  type Redact,
  redactSecrets,
  redactSecretsAndPersonal,
  type Session,
  type TelltaleEvent,
  type TranscriptEntry,
} from '@telltale/core';
import { type ExportSources, homeMask, redacted, withoutPerson } from '@telltale/core/export';
import type { Store } from '../store/store.ts';

export interface ExportStore {
  store: Pick<Store, 'session' | 'sessionCost' | 'events' | 'transcript' | 'annotations'>;
  now: () => number;
}

/** So many records at a time: who sends an event meanwhile does not wait for an export. */
const pageSize = 200;

/** One session of the store, masked once more: what is exported may go further than the database. */
export function createSessionReader({ store, now }: ExportStore, id: string, isMasked: boolean) {
  const told = store.session(id, now());
  const home = isMasked && told ? homeMask(told) : (text: string) => text;
  const redact: Redact = isMasked ? (text) => redactSecretsAndPersonal(home(text)) : redactSecrets;

  function session(): Session | undefined {
    const told = store.session(id, now());
    if (!told) return undefined;
    const view = redacted(told, redact);
    return isMasked ? withoutPerson(view) : view;
  }

  async function* events(): AsyncIterable<TelltaleEvent> {
    for (let after = 0; ; ) {
      const page = store.events({ sessionId: id, order: 'asc', after, limit: pageSize, now: now() });
      for (const event of page.items) yield safe(event);
      if (page.next === null) return;
      after = page.next;
      await setImmediate();
    }
  }

  async function* entries(): AsyncIterable<TranscriptEntry> {
    for (let after = 0; ; ) {
      const page = store.transcript({ sessionId: id, after, limit: pageSize });
      for (const entry of page.items) yield redacted(entry, redact);
      if (page.next === null) return;
      after = page.next;
      await setImmediate();
    }
  }

  /** A pin says nothing to who reads a file. */
  async function* annotations(): AsyncIterable<Annotation> {
    const all: Annotation[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = store.annotations({ sessionId: id, limit: pageSize, ...(cursor !== undefined && { cursor }) });
      all.push(...page.items);
      if (page.next === null) break;
      cursor = page.next;
      await setImmediate();
    }
    for (const annotation of all.reverse()) if (annotation.kind !== 'pin') yield redacted(annotation, redact);
  }

  function safe(event: TelltaleEvent): TelltaleEvent {
    const masked = redacted(event, redact);
    return isMasked && masked.origin ? { ...masked, origin: withoutPerson(masked.origin) } : masked;
  }

  return {
    session,
    events,
    entries,
    annotations,
    async sources(): Promise<ExportSources | undefined> {
      const view = session();
      if (!view) return undefined;
      const cost = store.sessionCost(id, now());
      return {
        session: view,
        events: await listOf(events()),
        entries: await listOf(entries()),
        ...(cost && { cost: redacted(cost, redact) }),
        ...(view.labels && { labels: view.labels }),
        annotations: await listOf(annotations()),
      };
    },
  };
}

export type SessionReader = ReturnType<typeof createSessionReader>;

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
