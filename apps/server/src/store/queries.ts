import type { AnnotationKind, Filter } from '@telltale/core';

export interface Page<T, C> {
  items: T[];
  next: C | null;
}

export interface EventQuery {
  after?: number;
  before?: number;
  from?: string;
  to?: string;
  limit: number;
  order: 'asc' | 'desc';
  sessionId?: string;
  app?: string;
  name?: string;
  toolName?: string;
  filter?: Filter;
  /** Plain text that the event's search text contains, whatever its case. */
  text?: string;
  now: number;
  /** Payloads above this size are replaced by `payloadBytes`. */
  maxPayloadBytes?: number;
  /** Looks through so many events at most; a page may then be short and still have a `next`. See patient-page.ts. */
  maxLookedAt?: number;
}

export interface PulseQuery {
  /** Start of the first bucket, ms since 1970. */
  from: number;
  bucketMs: number;
  buckets: number;
  sessionId?: string;
}

export interface SessionQuery {
  limit: number;
  /** `last`, the session with the last event first, where it is not said. */
  sort?: 'last' | 'cost';
  cursor?: string;
  app?: string;
  filter?: Filter;
  /** Only sessions with an event since then (ISO). */
  since?: string;
  now: number;
}

export interface TranscriptQuery {
  sessionId: string;
  agentId?: string;
  after?: number;
  before?: number;
  /** `asc` where it is not said. */
  order?: 'asc' | 'desc';
  limit: number;
  /** For `complete`: a session that fell silent is over. */
  now?: number;
}

export interface AnnotationQuery {
  sessionId?: string;
  kind?: AnnotationKind;
  cursor?: string;
  limit: number;
}
