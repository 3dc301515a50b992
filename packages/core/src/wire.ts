import * as z from 'zod';
import { eventSchema } from './event.ts';
import { firingAlertSchema } from './firing-alerts.ts';
import { lostTranscriptsSchema } from './history-view.ts';
import { sessionSchema } from './session-view.ts';
import { quotaSchema } from './status-line-view.ts';
import { transcriptEntrySchema } from './transcript-entry.ts';

/** Payloads above this many bytes stay out of live frames and lists; the event says `payloadBytes` instead. */
export const maxLivePayloadBytes = 8192;

// --- live: the socket at /live -------------------------------------------------------------------

/** What a client may say. A second subscription replaces the first. */
export const liveRequestSchema = z.object({
  subscribe: z.object({
    /** Resume behind this `seq`; without it the last 200 events come first. */
    after: z.number().int().nonnegative().optional(),
    /** The filter grammar of `filter.ts`; absent or empty: everything. */
    filter: z.string().max(2000).optional(),
  }),
});

/** What the server says of itself. Dates in filters are cut in its zone. */
const helloSchema = z.object({
  store: z.string(),
  seq: z.number().int(),
  version: z.string(),
  timeZone: z.string(),
});

/** What the server says; each frame is one of these. */
export const liveMessageSchema = z.union([
  /** First frame. Another `store` than before: start over, the database was replaced. */
  z.object({ hello: helloSchema }),
  /** Events of the subscription up to and including `upTo`; an empty list moves the cursor (heartbeat). */
  z.object({ events: z.array(eventSchema), upTo: z.number().int() }),
  /** A slow viewer was not sent these; fetch them with `GET /api/events?after=from-1`. */
  z.object({ skipped: z.object({ from: z.number().int(), to: z.number().int() }) }),
  /** Sessions whose view changed, sent unfiltered a few times a second at most. */
  z.object({ sessions: z.array(sessionSchema) }),
  /** Sessions that were deleted. */
  z.object({ deleted: z.array(z.string()) }),
  /** The subscription could not be read; the previous one goes on. */
  z.object({ error: z.string() }),
]);

export type LiveRequest = z.infer<typeof liveRequestSchema>;
export type Hello = z.infer<typeof helloSchema>;
export type LiveMessage = z.infer<typeof liveMessageSchema>;

// --- REST ----------------------------------------------------------------------------------------

export const eventPageSchema = z.object({ events: z.array(eventSchema), next: z.number().int().nullable() });
export const sessionPageSchema = z.object({ sessions: z.array(sessionSchema), next: z.string().nullable() });
export const transcriptPageSchema = z.object({
  entries: z.array(transcriptEntrySchema),
  /** True when the file is fully stored and the session ended or fell silent. */
  complete: z.boolean(),
  next: z.number().int().nullable(),
});
export const problemSchema = z.object({ error: z.string(), fix: z.string().optional() });
export const healthSchema = z.object({
  status: z.literal('ok'),
  version: z.string().optional(),
  pid: z.number().int().optional(),
});

/** Progress of "show my last 7 days", or of the import of everything. */
export const importStatusSchema = z.object({
  state: z.enum(['idle', 'running', 'done', 'failed']),
  folder: z.string(),
  /** Absent: everything. */
  days: z.number().int().optional(),
  filesFound: z.number().int(),
  filesDone: z.number().int(),
  bytesFound: z.number().int(),
  bytesDone: z.number().int(),
  /** Files of other shapes, which are no transcripts. */
  skipped: z.number().int(),
  sessions: z.number().int(),
  entries: z.number().int(),
  error: z.string().optional(),
});

/** One page of what the pulse chart draws: counts of events per bucket, oldest first. */
export const pulseSchema = z.object({
  from: z.string(),
  bucketMs: z.number().int(),
  buckets: z.array(z.object({ events: z.number().int(), failures: z.number().int(), waits: z.number().int() })),
});

/** What the pages and the filter box can be completed with. */
export const facetsSchema = z.object({
  apps: z.array(z.string()),
  tools: z.array(z.string()),
  names: z.array(z.string()),
  models: z.array(z.string()),
  branches: z.array(z.string()),
  users: z.array(z.string()),
  hosts: z.array(z.string()),
  repos: z.array(z.string()),
  /** Agents other than Claude Code, and Claude Code where it ran. */
  providers: z.array(z.string()),
  agents: z.array(z.string()),
  labels: z.array(z.string()),
});

/** The service's own state, for the page's notices. */
export const serviceStatusSchema = z.object({
  version: z.string(),
  store: z.string(),
  seq: z.number().int(),
  events: z.number().int(),
  sessions: z.number().int(),
  databaseBytes: z.number().int(),
  rejected: z.number().int(),
  spoolBacklog: z.number().int(),
  spoolDropped: z.number().int(),
  /** Why nothing can be stored now (a full disk), in one sentence; absent while it can. */
  storageProblem: z.string().optional(),
  /** Why sessions cannot be archived now; they wait, and it is tried again. */
  archiveProblem: z.string().optional(),
  /** Models whose requests have no price: they are in no total, or as the client guessed; absent where there are none. */
  unpricedModels: z.array(z.string()).optional(),
  /** Alerts that fire and are about no single session; absent where none does. */
  alerts: z.array(firingAlertSchema).optional(),
  /** Transcripts that Claude Code deleted before they were here; absent where it deleted none. */
  lostTranscripts: lostTranscriptsSchema.optional(),
  /** How much of their usage limits is used, as status lines told; absent where none did. */
  quotas: z.array(quotaSchema).optional(),
  viewers: z.number().int(),
  /** Where OTLP is taken on this machine beside the service's own address; `off` where a collector has the port. */
  otlpPort: z.union([z.number().int(), z.literal('off')]).optional(),
  /** Where its days begin: dates in filters are cut in it. */
  timeZone: z.string(),
  /** What today cost so far, in that zone; no `costUsd` while nothing is known. */
  today: z.object({ from: z.string(), costUsd: z.number().optional(), estimatedUsd: z.number() }),
  /** Copy-ready command that connects a project. */
  connectCommand: z.string(),
  /** Where a browser finds Grafana with its dashboards; absent where no one has said that there is one. */
  grafanaUrl: z.string().optional(),
});

export type EventPage = z.infer<typeof eventPageSchema>;
export type SessionPage = z.infer<typeof sessionPageSchema>;
export type TranscriptPage = z.infer<typeof transcriptPageSchema>;
export type ImportStatus = z.infer<typeof importStatusSchema>;
export type Pulse = z.infer<typeof pulseSchema>;
export type Facets = z.infer<typeof facetsSchema>;
export type ServiceStatus = z.infer<typeof serviceStatusSchema>;
