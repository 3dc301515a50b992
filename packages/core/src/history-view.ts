import * as z from 'zod';

const span = {
  sessions: z.number().int(),
  /** Of them wholly here, and in part. */
  here: z.number().int(),
  partly: z.number().int(),
  files: z.number().int(),
  bytes: z.number().int(),
  /** Bytes that are not here yet. */
  bytesLacking: z.number().int(),
  /** When a file changed first and last. */
  oldest: z.string().optional(),
  newest: z.string().optional(),
};

const foundSessionSchema = z.object({
  sessionId: z.string(),
  /** The folder's name below `projects`. */
  project: z.string(),
  files: z.number().int(),
  bytes: z.number().int(),
  changedAt: z.string(),
  stored: z.enum(['whole', 'part', 'none']),
});

/** `GET /api/import/discover`: what lies in Claude Code's own folder, and how much of it is here. */
export const discoverySchema = z.object({
  folder: z.string(),
  /** False where the folder cannot be seen, for example from a container. */
  isThere: z.boolean(),
  ...span,
  /** Files of other shapes, which are no transcripts. */
  skipped: z.number().int(),
  /** The one that changed last first. */
  projects: z.array(z.object({ name: z.string(), ...span })),
  /** The sessions of the project that was asked for. */
  list: z.array(foundSessionSchema).optional(),
});

/** Transcripts that Claude Code deleted before they were here, of which nothing is left. */
export const lostTranscriptsSchema = z.object({
  files: z.number().int(),
  sessions: z.number().int(),
  /** When that was noticed last. */
  at: z.string(),
  /** False where the folder cannot be seen: then it is what Claude Code says that it deleted, here or not. */
  isSeen: z.boolean(),
});

export type Discovery = z.infer<typeof discoverySchema>;
export type FoundSession = z.infer<typeof foundSessionSchema>;
export type LostTranscripts = z.infer<typeof lostTranscriptsSchema>;
