import type { Filter, Prices } from '@telltale/core';
import type { AnalysisShape, AnalysisView, BucketSize, Fact, Measure } from '@telltale/core/analysis';
import type { Database } from 'better-sqlite3';
import type { Asked } from './asked.ts';
import type { CallSource } from './call-source.ts';
import type { FirstEvents } from './first-events.ts';
import type { KnownSessions } from './known-sessions.ts';

/** One analysis: a file of its own and a row in table.ts; the API, its description and the page follow from it. */
export interface AnalysisDefinition {
  title: string;
  /** The question that it answers; stands above the chart. */
  question: string;
  view: AnalysisView;
  shape: AnalysisShape;
  /** What its rows can be, the usual one first, with words. */
  by: Readonly<Record<string, string>>;
  /** The first one ranks the rows. */
  measures: readonly Measure[];
  /** What nobody can tell of a session that has nothing but its transcript, in words; absent where all is told. */
  unknown?: string;
  facts(sources: Sources, asked: Asked): Iterable<Fact>;
}

/** Where facts come from. */
export interface Sources {
  database: Database;
  sessions: KnownSessions;
  calls: CallSource;
  firstEvents: FirstEvents;
  prices: Prices;
}

/** `GET /api/analysis/:name`, read. */
export interface AnalysisQuery extends Omit<Asked, 'only' | 'by'> {
  name: string;
  by?: string;
  app?: string;
  user?: string;
  session?: string;
  filter?: Filter;
  now: number;
  bucket?: BucketSize;
  limit: number;
  /** Which row, and which bucket's beginning, sessions are asked for. */
  row?: string;
  at?: number;
  /** Those of the total. */
  behind?: 'all';
}
