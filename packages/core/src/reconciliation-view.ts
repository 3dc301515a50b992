import * as z from 'zod';
import { costSources, priceDifferenceSchema, tokensSchema } from './cost-view.ts';

/** Who tells what a session cost; `client`: the sum that it wrote into the transcript, where it sent no telemetry. */
export const reconciledSources = ['ledger', 'metric', 'transcript', 'client', 'prometheus', 'loki'] as const;

/** Why two of them differ; `reconciliation/words.ts` says it in words. */
export const differenceReasons = [
  'rounding',
  'refused',
  'unheard',
  'inherited',
  'untold',
  'prices',
  'broken-stream',
  'unpriced',
  'events-missing',
  'points-missing',
  'less',
  'more',
  'nothing',
  'alone',
] as const;

/** What one source says. */
const saidAmountSchema = z.object({
  costUsd: z.number(),
  tokens: tokensSchema,
  requests: z.number().int().optional(),
});

/** A part of the difference between a source and the one it is compared with; all parts together are the difference. */
const differenceSchema = z.object({
  source: z.enum(reconciledSources),
  against: z.enum(reconciledSources),
  reason: z.enum(differenceReasons),
  /** Positive: the source says more. */
  costUsd: z.number(),
  tokens: tokensSchema,
  requests: z.number().int().optional(),
  words: z.string(),
});

const saidSchema = z.partialRecord(z.enum(reconciledSources), saidAmountSchema);

const reconciledSessionSchema = z.object({
  sessionId: z.string(),
  title: z.string().optional(),
  app: z.string().optional(),
  lastEventAt: z.string(),
  /** What Telltale shows as the session's cost, and whose number that is. */
  costUsd: z.number().optional(),
  costSource: z.enum(costSources).optional(),
  said: saidSchema,
  differences: z.array(differenceSchema),
  /** Requests of models without a price. */
  unpriced: z.number().int().optional(),
});

/** `GET /api/reconciliation`: whole sessions that were active between `from` and `to`, by each source alone. */
export const reconciliationSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** `off`: not configured. `failed`: it did not answer, `problem` says why. */
  sources: z.array(
    z.object({
      source: z.enum(reconciledSources),
      state: z.enum(['ok', 'off', 'failed']),
      problem: z.string().optional(),
    }),
  ),
  sessions: z.array(reconciledSessionSchema),
  /** The sum of these sessions. */
  total: z.object({ costUsd: z.number(), said: saidSchema, differences: z.array(differenceSchema) }),
  priceDifferences: z.array(priceDifferenceSchema),
  unpricedModels: z.array(z.string()),
  /** There are more sessions than were asked for. */
  hasMore: z.boolean(),
});

export type ReconciledSource = (typeof reconciledSources)[number];
export type DifferenceReason = (typeof differenceReasons)[number];
export type SaidAmount = z.infer<typeof saidAmountSchema>;
export type Said = z.infer<typeof saidSchema>;
export type Difference = z.infer<typeof differenceSchema>;
export type ReconciledSession = z.infer<typeof reconciledSessionSchema>;
export type Reconciliation = z.infer<typeof reconciliationSchema>;
