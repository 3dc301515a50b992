import * as z from 'zod';
import { bucketSizes } from './buckets.ts';

/** What a number counts: dollars, tokens, things, milliseconds, a share of 1. */
const measureUnits = ['usd', 'tokens', 'count', 'ms', 'share'] as const;
/** How an analysis is drawn: over time, as ranks, as a week of hours. */
const analysisShapes = ['time', 'ranked', 'week'] as const;
/** The client's own reckoning, or the price table's. */
export const priceWays = ['client', 'table'] as const;
/** The views of the page: no more than six analyses each. */
export const analysisViews = ['money', 'work', 'waiting', 'api'] as const;

const measureViewSchema = z.object({
  key: z.string(),
  label: z.string(),
  unit: z.enum(measureUnits),
});

const valuesSchema = z.record(z.string(), z.number());

export const analysisRowSchema = z.object({
  key: z.string(),
  label: z.string(),
  /** By measure; what is not known is absent. */
  values: valuesSchema,
  /** How many sessions are behind the numbers. */
  sessions: z.number().int(),
  /** Of an analysis over time: sums by measure, one for each of `buckets`. */
  series: z.record(z.string(), z.array(z.number())).optional(),
  /** More words on it: the first line of an error. */
  detail: z.string().optional(),
  /** Of a permission: the settings that allow it, as JSON. */
  settings: z.string().optional(),
  /** What the limit left out, in one row. */
  isRest: z.literal(true).optional(),
});

const behindSchema = z.object({
  id: z.string(),
  app: z.string().optional(),
  title: z.string().optional(),
});

/** `GET /api/analysis/:name`. */
export const analysisSchema = z.object({
  name: z.string(),
  title: z.string(),
  question: z.string(),
  shape: z.enum(analysisShapes),
  from: z.string(),
  to: z.string(),
  /** Days and hours are cut in it. */
  timeZone: z.string(),
  by: z.string(),
  prices: z.enum(priceWays),
  bucket: z.enum(bucketSizes).optional(),
  /** When each bucket begins; the last one ends at `to`. */
  buckets: z.array(z.string()).optional(),
  measures: z.array(measureViewSchema),
  /** Over all rows. */
  total: valuesSchema,
  /** Sessions behind all rows. */
  sessions: z.number().int(),
  /** The greatest first. */
  rows: z.array(analysisRowSchema),
  /** Sessions of this time that have nothing but a transcript, and what cannot be known of them, in words. */
  unknown: z.object({ sessions: z.number().int(), reason: z.string() }).optional(),
  /** Only where a row, a bucket or all of them were asked for: the newest sessions behind it. */
  behind: z.array(behindSchema).optional(),
  /** The same: the filter with which the list of sessions shows all of them. */
  behindFilter: z.string().optional(),
});

/** One row of `GET /api/analysis`. */
export const analysisInfoSchema = z.object({
  name: z.string(),
  title: z.string(),
  question: z.string(),
  view: z.enum(analysisViews),
  shape: z.enum(analysisShapes),
  /** What its rows can be, the usual one first, each with its words. */
  by: z.array(z.object({ key: z.string(), label: z.string() })),
  measures: z.array(measureViewSchema),
});
export const analysisListSchema = z.object({ analyses: z.array(analysisInfoSchema) });

export type AnalysisShape = (typeof analysisShapes)[number];
export type AnalysisView = (typeof analysisViews)[number];
export type PriceWay = (typeof priceWays)[number];
export type MeasureView = z.infer<typeof measureViewSchema>;
export type AnalysisRow = z.infer<typeof analysisRowSchema>;
export type Analysis = z.infer<typeof analysisSchema>;
export type AnalysisInfo = z.infer<typeof analysisInfoSchema>;
