import * as z from 'zod';
import { searchKinds } from './search/kinds.ts';
import { sessionStates } from './session-view.ts';

export const searchOrders = ['newest', 'best'] as const;

/** A few lines of a text; `marks` are ranges of UTF-16 units in it, in order and apart from each other. */
const snippetSchema = z.object({
  text: z.string(),
  marks: z.array(z.tuple([z.number().int(), z.number().int()])),
});

const copyPlaceSchema = z.object({ sessionId: z.string(), entry: z.number().int() });

/** One text in which the words were found, with the place in its session. What is not known is absent. */
const searchHitSchema = z.object({
  kind: z.enum(searchKinds),
  at: z.string(),
  /** The event that tells it. */
  seq: z.number().int().optional(),
  /** The transcript's entry that tells it. */
  entry: z.number().int().optional(),
  promptId: z.string().optional(),
  toolUseId: z.string().optional(),
  toolName: z.string().optional(),
  agentId: z.string().optional(),
  /** Forks that copied it: they are not hits of their own. */
  copiedTo: z.array(copyPlaceSchema).optional(),
  /** Where it was said, where this session only copied it, and is the one that was asked for. */
  saidIn: copyPlaceSchema.optional(),
  snippet: snippetSchema,
});

/** What a list of hits says of the session they are in. */
const foundSessionSchema = z.object({
  id: z.string(),
  app: z.string().optional(),
  title: z.string().optional(),
  branch: z.string().optional(),
  user: z.string().optional(),
  model: z.string().optional(),
  state: z.enum(sessionStates).optional(),
  startedAt: z.string().optional(),
  lastEventAt: z.string().optional(),
});

const facetCountSchema = z.object({ value: z.string(), hits: z.number().int() });

/** `GET /api/search`. */
export const searchAnswerSchema = z.object({
  /** Hits by session; the session of the first hit first. The next page may go on with the last session. */
  sessions: z.array(z.object({ session: foundSessionSchema, hits: z.array(searchHitSchema) })),
  /** How many texts hold the words; `isMore`: at least so many. */
  total: z.object({ hits: z.number().int(), sessions: z.number().int(), isMore: z.boolean() }),
  /** Counts over `total`, each without its own condition, so that another value can be chosen. */
  facets: z.object({
    kinds: z.array(z.object({ value: z.enum(searchKinds), hits: z.number().int() })),
    apps: z.array(facetCountSchema),
    tools: z.array(facetCountSchema),
    models: z.array(facetCountSchema),
    users: z.array(facetCountSchema),
  }),
  /** `cursor` of the next page; null at the end. */
  next: z.string().nullable(),
  /** How far the index is; `share` of 1 means that everything is found. */
  index: z.object({ isBuilding: z.boolean(), share: z.number(), waiting: z.number().int() }),
});

export type SearchOrder = (typeof searchOrders)[number];
export type SearchHit = z.infer<typeof searchHitSchema>;
export type FoundSession = z.infer<typeof foundSessionSchema>;
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;
export type SearchFacets = SearchAnswer['facets'];
