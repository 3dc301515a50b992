import * as z from 'zod';

/** `skipped`: it could not be asked, because of something that is told elsewhere. */
const stateSchema = z.enum(['ok', 'warning', 'failed', 'skipped']);

/** What a check or a hop of the probe came to. */
export const findingSchema = z.object({
  state: stateSchema,
  /** What is, in one sentence. */
  said: z.string(),
  /** What to do about it. */
  fix: z.string().optional(),
  /** How long a hop took. */
  ms: z.number().optional(),
});

export type Finding = z.infer<typeof findingSchema>;

export const ok = (said: string, ms?: number): Finding => ({ state: 'ok', said, ...(ms !== undefined && { ms }) });
export const warning = (said: string, fix: string): Finding => ({ state: 'warning', said, fix });
export const failed = (said: string, fix: string): Finding => ({ state: 'failed', said, fix });
export const skipped = (said: string): Finding => ({ state: 'skipped', said });
