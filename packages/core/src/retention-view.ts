import * as z from 'zod';
import { prunedParts } from './session-view.ts';

/** What one kind of thing takes, and what would go by age. Bytes are of the compressed data, about. */
const retentionPartSchema = z.object({
  part: z.enum(prunedParts),
  bytes: z.number().int(),
  sessions: z.number().int(),
  /** Kept for so many days; absent: for ever. */
  keepDays: z.number().int().optional(),
  /** What would go where it were kept for `days`. */
  wouldFree: z.object({ days: z.number().int(), bytes: z.number().int(), sessions: z.number().int() }),
});

/** `GET /api/retention`. */
export const retentionSchema = z.object({
  /** The file with its log. */
  databaseBytes: z.number().int(),
  /** Of it: pages that nothing uses, given back or used again. */
  freeBytes: z.number().int(),
  /** Above this many bytes the oldest goes; absent: no limit. */
  maxBytes: z.number().int().optional(),
  parts: z.array(retentionPartSchema),
  /** Sessions that nothing takes anything of: pinned or labelled. */
  kept: z.object({ sessions: z.number().int(), bytes: z.number().int() }),
  state: z.enum(['idle', 'running']),
  /** Of the run at hand, or of the last one. */
  last: z
    .object({
      at: z.string(),
      freedBytes: z.number().int(),
      sessions: z.object({ results: z.number().int(), transcript: z.number().int(), events: z.number().int() }),
    })
    .optional(),
  /** Why the limit cannot be kept, in one sentence. */
  problem: z.string().optional(),
});

/** `POST /api/retention`: frees now what is older; what is not named stays. */
export const freeNowSchema = z.object({
  resultsDays: z.number().int().min(1).max(9999).optional(),
  transcriptsDays: z.number().int().min(1).max(9999).optional(),
  eventsDays: z.number().int().min(1).max(9999).optional(),
});

export type RetentionPart = z.infer<typeof retentionPartSchema>;
export type RetentionReport = z.infer<typeof retentionSchema>;
export type FreeNow = z.infer<typeof freeNowSchema>;

/** What the parts are kept for in "what would go", where no rule says it. */
export const usualKeepDays = { results: 30, transcript: 90, events: 365 } as const;
