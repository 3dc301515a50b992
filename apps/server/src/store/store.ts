import type {
  Annotation,
  Facets,
  FreeNow,
  MetricPoint,
  NewAnnotation,
  PointPage,
  Pulse,
  Quota,
  QuotaReport,
  RetentionReport,
  Session,
  SessionCost,
  Span,
  SpanPage,
  TelltaleEvent,
  ToldStatus,
  TranscriptEntry,
} from '@telltale/core';
import type { Analysis } from '@telltale/core/analysis';
import type { AmsSession, ExportFacts, ExportFormat } from '@telltale/core/export';
import type { SearchAnswer } from '@telltale/core/search-view';
import type { AnalysisQuery } from '../analysis/definition.ts';
import type { AccessRows } from './access-rows.ts';
import type { AlertNumbers } from './alert-numbers.ts';
import type { ReconciledNumbers, ReconciliationQuery } from './ledger/reconciliation.ts';
import type { SpentSince } from './ledger/spent-since.ts';
import type { AnnotationQuery, EventQuery, Page, PulseQuery, SessionQuery, TranscriptQuery } from './queries.ts';
import type { PointQuery } from './read-points.ts';
import type { SpanQuery } from './read-spans.ts';
import type {
  AnnotationResult,
  AppendRecord,
  AppendResult,
  DeadLetter,
  StoredDeadLetter,
  TranscriptChunk,
  TranscriptFile,
  TranscriptResult,
} from './records.ts';
import type { KeepDays } from './retention/sizes.ts';
import type { SearchQuery } from './search/answer.ts';
import type { SessionIdentity } from './sessions/recent-sessions.ts';

export type * from './queries.ts';
export type * from './records.ts';

/**
 * The one narrow door to what is kept. SQLite stands behind it; another database later behind the
 * same door and the same contract suite. Everything that writes is asynchronous and resolves only
 * after COMMIT on disk, so that many requests share one transaction and the store can move to a
 * thread of its own.
 */
export interface Store {
  /** Made with the database; another value means that the database was replaced. */
  readonly id: string;
  /** The newest `seq`, 0 when empty. */
  readonly seq: number;

  append(records: readonly AppendRecord[]): Promise<readonly AppendResult[]>;
  /** Points of metrics and spans: sent twice, in whatever order, nothing changes. */
  appendPoints(points: readonly MetricPoint[]): Promise<void>;
  appendSpans(spans: readonly Span[]): Promise<void>;
  appendTranscript(chunk: TranscriptChunk): Promise<TranscriptResult>;
  /** What a status line told; false where something newer is there, or its session was deleted since. */
  putStatusLine(told: ToldStatus): Promise<boolean>;
  /** Keeps what can never become an event; redacted and cut by the caller. */
  reject(letter: DeadLetter): Promise<void>;

  events(query: EventQuery): Page<TelltaleEvent, number>;
  event(seq: number): TelltaleEvent | undefined;
  /** The `seq` where the newest `rows` rows of a feed begin, at most `maxEvents` events back. */
  lookBack(rows: number, maxEvents: number): number;
  sessions(query: SessionQuery): Page<Session, string>;
  session(id: string, now: number): Session | undefined;
  /** What it cost, request by request. */
  sessionCost(id: string, now: number): SessionCost | undefined;
  /** The same as JSON, made beside everything else where there are many requests. */
  sessionCostJson(id: string, now: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** A session as a file, made beside everything else and no faster than it is read. */
  exported(id: string, file: ExportedFile): ReadableStream<Uint8Array> | undefined;
  /** A session as a document of the archive. */
  archived(id: string, document: { thinking: boolean; facts: ExportFacts }): Promise<AmsSession | undefined>;
  /** Where its time went, as traces tell. */
  spans(query: SpanQuery): SpanPage;
  /** What its metrics say. */
  points(query: PointQuery): PointPage;
  /** What all sessions together cost since a time (ms). */
  spentSince(sinceMs: number): SpentSince;
  /** What alerts ask beside what pages ask. */
  readonly alertNumbers: AlertNumbers;
  /** Tokens, who is signed in by them, and the audit log. */
  readonly access: AccessRows;
  /** How much of usage limits is used; the newest of each. */
  quotas(): Quota[];
  /** The same without what the demo told. */
  realQuotas(): Quota[];
  /** With what they were since then (ms). */
  quotaReport(since: number): QuotaReport;
  /** Alerts since `since` (ms), newest first; bounded. */
  alerts(since: number): TelltaleEvent[];
  /** Who and where the sessions since `since` (ms) are, newest first. */
  recentSessions(since: number, limit: number): SessionIdentity[];
  /** What events, metrics and transcripts say sessions cost, each alone and request by request. */
  reconcile(query: ReconciliationQuery): Promise<ReconciledNumbers>;
  /** Models of stored requests that the price table has no price for. */
  unpricedModels(): string[];
  transcript(query: TranscriptQuery): Page<TranscriptEntry, number> & { complete: boolean };
  /** Byte offset from which a file's bytes are lacking. */
  transcriptOffset(file: TranscriptFile): number;

  /** Up to which byte each file of a session is stored, by agent; the main transcript has the empty one. */
  transcriptPlaces(sessionId: string): ReadonlyMap<string, number>;
  /** What the service itself remembers, by name. */
  memo(name: string): string | undefined;
  setMemo(name: string, value: string | undefined): Promise<void>;

  /** Distinct values that the filter box completes, each list bounded. */
  facets(): Facets;
  /** Words in everything that was said and done, in all sessions. */
  search(query: SearchQuery): SearchAnswer;
  /** The same, beside everything else where there are many words. */
  searchBeside(query: SearchQuery): Promise<SearchAnswer>;
  /** What many sessions say together; reads beside everything else. */
  analyse(query: AnalysisQuery): Promise<Analysis>;
  /** Counts per bucket by `at`, oldest bucket first; `failures` are failed tool calls, `waits` permission requests. */
  pulse(query: PulseQuery): Pulse;

  /** Puts a note, label, bookmark or pin on a session or on something in it; undefined where there is no such session. */
  annotate(annotation: NewAnnotation): Promise<AnnotationResult | undefined>;
  removeAnnotation(id: string): Promise<{ sessionId: string } | undefined>;
  /** The newest first. */
  annotations(query: AnnotationQuery): Page<Annotation, string>;

  /** What is stored takes how much, and what would go by age. */
  retention(asked: KeepDays): Promise<RetentionReport>;
  /** Applies the rules now, or takes what is asked; resolves when that is done. */
  prune(asked?: FreeNow): Promise<void>;

  /**
   * Deletes events, transcript and index, and leaves tombstones so that a re-send stays deleted; what the session does
   * afterwards is kept. `onDeleted` is called after COMMIT, before anything later of it can be published; the promise
   * resolves when nothing of it can be read from the disk any more.
   */
  deleteSession(id: string, onDeleted?: () => void): Promise<boolean>;
  /** What was rejected, newest first. */
  deadLetters(limit: number): StoredDeadLetter[];
  stats(): StoreStats;
  close(): Promise<void>;
}

interface ExportedFile {
  format: ExportFormat;
  facts: ExportFacts;
}

interface StoreStats {
  events: number;
  sessions: number;
  stored: number;
  duplicates: number;
  rejected: number;
  masked: number;
  databaseBytes: number;
}
