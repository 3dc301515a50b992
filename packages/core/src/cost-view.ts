import * as z from 'zod';

/** Where a session's money comes from: its `api_request` events and metrics, else its transcript priced by table. */
export const costSources = ['events', 'transcript', 'none'] as const;

export const tokensSchema = z.object({
  input: z.number().int(),
  output: z.number().int(),
  cacheRead: z.number().int(),
  cacheCreation: z.number().int(),
});

/** Where one counted amount comes from: its event, the transcript alone (by table), the metric alone. */
const spendKinds = ['request', 'estimated', 'unattributed'] as const;

/** One API request as the ledger counts it. What is not known is absent. Dollars are list price. */
export const requestCostSchema = z.object({
  kind: z.enum(spendKinds),
  /** The API's request id; absent for what only the metric knows. */
  id: z.string().optional(),
  at: z.string(),
  promptId: z.string().optional(),
  agentId: z.string().optional(),
  agentType: z.string().optional(),
  querySource: z.string().optional(),
  model: z.string(),
  effort: z.string().optional(),
  speed: z.string().optional(),
  clientVersion: z.string().optional(),
  costUsd: z.number(),
  /** What the price table says of the same tokens; absent where it has no price for the model. */
  tableUsd: z.number().optional(),
  tokens: tokensSchema,
  /** Of `cacheCreation`: kept for an hour instead of five minutes. */
  cacheCreation1h: z.number().int(),
  durationMs: z.number().optional(),
  ttftMs: z.number().optional(),
  /** What fits into the model's context, where prices of one's own name it. */
  windowTokens: z.number().int().optional(),
});

/** A part of a session's cost: of one prompt, model or agent. */
export const costPartSchema = z.object({
  /** Prompt id, model or agent id; absent for what belongs to none. */
  key: z.string().optional(),
  /** An agent's type. */
  label: z.string().optional(),
  costUsd: z.number(),
  estimatedUsd: z.number(),
  requests: z.number().int(),
  tokens: tokensSchema,
});

/** What the metrics of a session say beside money. */
export const activitySchema = z.object({
  linesAdded: z.number().int().optional(),
  linesRemoved: z.number().int().optional(),
  commits: z.number().int().optional(),
  pullRequests: z.number().int().optional(),
  activeUserS: z.number().optional(),
  activeCliS: z.number().optional(),
});

/** What the client reckoned and what the table says, where they differ, per client version and model. */
export const priceDifferenceSchema = z.object({
  clientVersion: z.string().optional(),
  model: z.string(),
  requests: z.number().int(),
  costUsd: z.number(),
  tableUsd: z.number(),
  /** Only few of this version's requests: no other price, but answers that broke off and were asked for again. */
  isolated: z.literal(true).optional(),
});

/** `GET /api/sessions/:id/cost`: what a session cost, and who says so. */
export const sessionCostSchema = z.object({
  sessionId: z.string(),
  costUsd: z.number(),
  costSource: z.enum(costSources),
  estimatedUsd: z.number(),
  unattributedUsd: z.number(),
  /** Requests that a fork or a resume copied from another session, which counts them. */
  inheritedUsd: z.number(),
  tokens: tokensSchema,
  /** Models without a price: their requests are in no total. */
  unpricedModels: z.array(z.string()),
  /** The same session by each source alone, for comparison; absent where a source has nothing. */
  said: z.object({
    ledgerUsd: z.number().optional(),
    metricUsd: z.number().optional(),
    transcriptUsd: z.number().optional(),
  }),
  byPrompt: z.array(costPartSchema),
  byModel: z.array(costPartSchema),
  byAgent: z.array(costPartSchema),
  requests: z.array(requestCostSchema),
  activity: activitySchema,
  priceDifferences: z.array(priceDifferenceSchema),
});

/** The newest request of the main agent: what coming back costs once the cache is cold. */
export const lastRequestSchema = z.object({
  at: z.string(),
  model: z.string(),
  /** Tokens in the context: input, cache reads and writes of that request. */
  contextTokens: z.number().int(),
  /** What fits, where prices of one's own name it. */
  windowTokens: z.number().int().optional(),
  /** Tokens the cache holds, until when, and what writing them again costs beyond reading them. */
  cachedTokens: z.number().int(),
  cacheExpiresAt: z.string().optional(),
  coldUsd: z.number().optional(),
});

export type CostSource = (typeof costSources)[number];
export type Tokens = z.infer<typeof tokensSchema>;
export type SpendKind = (typeof spendKinds)[number];
export type RequestCost = z.infer<typeof requestCostSchema>;
export type CostPart = z.infer<typeof costPartSchema>;
export type SessionCost = z.infer<typeof sessionCostSchema>;
export type LastRequest = z.infer<typeof lastRequestSchema>;
export type PriceDifference = z.infer<typeof priceDifferenceSchema>;
