// In the chunk of the schemas too: it must have run before the first of them is made.
import './zod-jitless.ts';
import {
  type Annotation,
  type AnnotationPage,
  annotationPageSchema,
  annotationSchema,
  type Discovery,
  discoverySchema,
  type EventPage,
  eventPageSchema,
  eventSchema,
  type Facets,
  type FreeNow,
  facetsSchema,
  type ImportStatus,
  importStatusSchema,
  type NewAnnotation,
  type PrunedPart,
  type Pulse,
  problemSchema,
  pulseSchema,
  type Reconciliation,
  type RetentionReport,
  reconciliationSchema,
  retentionSchema,
  type ServiceStatus,
  type Session,
  type SessionCost,
  type SessionPage,
  type SpanPage,
  serviceStatusSchema,
  sessionCostSchema,
  sessionPageSchema,
  sessionSchema,
  spanPageSchema,
  type TelltaleEvent,
  type TranscriptPage,
  transcriptPageSchema,
} from '@telltale/core';
import type { ZodType } from 'zod';
import { goSignIn } from './go-sign-in.ts';

export interface EventQuery {
  after?: number;
  before?: number;
  from?: string;
  to?: string;
  limit?: number;
  order?: 'asc' | 'desc';
  session?: string;
  app?: string;
  name?: string;
  tool?: string;
  filter?: string;
  q?: string;
}

export interface TranscriptQuery {
  after?: number;
  before?: number;
  limit?: number;
  order?: 'asc' | 'desc';
  agent?: string;
}

/** Every request of the page; answers are parsed by core's schemas, failures throw an `ApiError` in words. */
export const api = {
  events: (query: EventQuery): Promise<EventPage> => get('/api/events', query, eventPageSchema),
  event: (seq: number): Promise<TelltaleEvent> => get(`/api/events/${seq}`, {}, eventSchema),
  sessions: (query: { limit?: number; cursor?: string; filter?: string; app?: string }): Promise<SessionPage> =>
    get('/api/sessions', query, sessionPageSchema),
  session: (id: string): Promise<Session> => get(`/api/sessions/${encodeURIComponent(id)}`, {}, sessionSchema),
  sessionCost: (id: string): Promise<SessionCost> =>
    get(`/api/sessions/${encodeURIComponent(id)}/cost`, {}, sessionCostSchema),
  spans: (id: string, query: { from?: string; to?: string }): Promise<SpanPage> =>
    get(`/api/sessions/${encodeURIComponent(id)}/spans`, query, spanPageSchema),
  transcript: (id: string, query: TranscriptQuery): Promise<TranscriptPage> =>
    get(`/api/sessions/${encodeURIComponent(id)}/transcript`, query, transcriptPageSchema),
  pulse: (query: { minutes: number }): Promise<Pulse> => get('/api/pulse', query, pulseSchema),
  facets: (): Promise<Facets> => get('/api/facets', {}, facetsSchema),
  reconciliation: (query: { from?: string; session?: string }): Promise<Reconciliation> =>
    get('/api/reconciliation', query, reconciliationSchema),
  status: (): Promise<ServiceStatus> => get('/api/status', {}, serviceStatusSchema),
  importStatus: (): Promise<ImportStatus> => get('/api/import', {}, importStatusSchema),
  /** The last days, or everything where none are named. */
  startImport: ({ days }: { days?: number }): Promise<ImportStatus> =>
    send('/api/import', days === undefined ? { everything: true } : { days }, importStatusSchema),
  discover: (): Promise<Discovery> => get('/api/import/discover', {}, discoverySchema),
  annotations: (query: { session?: string; limit?: number }): Promise<AnnotationPage> =>
    get('/api/annotations', query, annotationPageSchema),
  annotate: (annotation: NewAnnotation): Promise<Annotation> => send('/api/annotations', annotation, annotationSchema),
  removeAnnotation: async (id: string): Promise<void> => {
    await answered(`/api/annotations/${encodeURIComponent(id)}`, { method: 'DELETE' });
  },
  retention: (days: Partial<Record<PrunedPart, number>>): Promise<RetentionReport> =>
    get('/api/retention', days, retentionSchema),
  freeNow: (days: FreeNow): Promise<RetentionReport> => send('/api/retention', days, retentionSchema),
  deleteSession: async (id: string): Promise<void> => {
    await answered(`/api/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });
  },
};

/** What went wrong in words; `status` 0 means that the service did not answer at all. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly fix?: string,
  ) {
    super(message);
  }
}

export function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type QueryValue = string | number | undefined;

/** What a page of its own asks for, by its schema. */
export function get<T>(path: string, query: Record<string, QueryValue> | EventQuery, schema: ZodType<T>): Promise<T> {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  return request(search.size > 0 ? `${path}?${search}` : path, schema);
}

/** Where only the doing counts. */
export async function act(path: string, method: 'POST' | 'DELETE'): Promise<void> {
  await answered(path, { method });
}

export function send<T>(path: string, body: unknown, schema: ZodType<T>): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return request(path, schema, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function request<T>(url: string, schema: ZodType<T>, init?: RequestInit): Promise<T> {
  const response = await answered(url, init);
  const parsed = schema.safeParse(await response.json());
  if (!parsed.success) throw new ApiError(`${url} answered in an unknown shape; reload the page`, response.status);
  return parsed.data;
}

async function answered(url: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new ApiError('The service does not answer', 0);
  }
  if (response.ok) return response;
  if (response.status === 401) goSignIn();
  // A proxy in between may answer with something else than our JSON.
  const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
  throw problem.success
    ? new ApiError(problem.data.error, response.status, problem.data.fix)
    : new ApiError(`The service answered ${response.status}`, response.status);
}
