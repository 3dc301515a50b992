import * as z from 'zod';

/** The windows of a subscription's usage limit, as the client names them, with what a person calls them. */
export const quotaWindows = { five_hour: '5 h', seven_day: '7 d' } as const;

const quotaWindowSchema = z.enum(['five_hour', 'seven_day'] satisfies QuotaWindow[]);

/** What a client's status line told last of its session. Nothing else tells context and cache this exactly. */
export const statusLineSchema = z.object({
  at: z.string(),
  context: z
    .object({
      /** Tokens of the newest request: input, cache reads and writes. */
      tokens: z.number().int(),
      windowTokens: z.number().int(),
    })
    .optional(),
  cache: z
    .object({
      isWarm: z.boolean(),
      expiresAt: z.string().optional(),
      requests: z.number().int().optional(),
      misses: z.number().int().optional(),
      hitRatio: z.number().optional(),
      /** What is written again where the cache has gone cold. */
      recacheTokens: z.number().int().optional(),
    })
    .optional(),
  /** What this run of the client reckoned so far, in dollars. */
  costUsd: z.number().optional(),
});

/** How much of a usage limit is used, as a status line told it last. */
export const quotaSchema = z.object({
  window: quotaWindowSchema,
  /** 0–100, and beyond. */
  usedPercent: z.number(),
  /** When the window begins anew. */
  resetsAt: z.string().optional(),
  /** When it was told. */
  at: z.string(),
  /** Whose limit it is. */
  user: z.string().optional(),
  host: z.string().optional(),
});

/** `GET /api/quota`. */
export const quotaReportSchema = z.object({
  /** The newest of each window, user and machine. */
  quotas: z.array(quotaSchema),
  /** What they were, thinned, oldest first. */
  history: z.array(quotaSchema),
});

export type QuotaWindow = keyof typeof quotaWindows;
export type StatusLine = z.infer<typeof statusLineSchema>;
export type Quota = z.infer<typeof quotaSchema>;
export type QuotaReport = z.infer<typeof quotaReportSchema>;
