import * as z from 'zod';

/** One line of a session's transcript as the API tells it; `line` is the client's own JSON, redacted. */
export const transcriptEntrySchema = z.object({
  /** Order within the session, of arrival. */
  seq: z.number().int(),
  sessionId: z.string(),
  /** Absent for the main transcript. */
  agentId: z.string().optional(),
  /** The line's own uuid; absent where the client wrote none. */
  uuid: z.string().optional(),
  /** `user`, `assistant`, `system`, `summary`, …: unknown types are kept. */
  type: z.string(),
  at: z.string().optional(),
  line: z.record(z.string(), z.unknown()),
});

export type TranscriptEntry = z.infer<typeof transcriptEntrySchema>;
