import type { TelltaleEvent, TranscriptEntry } from '@telltale/core';
import {
  partedMessageId,
  piecesOfEntry,
  piecesOfEvent,
  type SearchPiece,
  searchedEvents,
  wholeMessage,
} from '@telltale/core/search';
import type { Database } from 'better-sqlite3';
import type { EventReader } from '../read-events.ts';
import type { Transcripts } from '../transcripts.ts';
import { type FoundText, type SearchDoc, type SearchSource, searchSources } from './search-index.ts';

/** A record that may hold texts. */
export interface SourceRow {
  road: 'events' | 'entries';
  seq: number;
  session: number;
}

/** The record behind a document. */
interface SourceRecord {
  at?: string;
  event?: TelltaleEvent;
  entry?: TranscriptEntry;
  piece?: SearchPiece;
}

interface EventPlace {
  seq: number;
  session: number | null;
  isSearched: number;
  batch: number | null;
}

/** Where the texts of the index come from, and where a snippet is made from. */
export interface SearchSources {
  /** Records with texts among the next `limit` behind `after`, and up to which seq that looked. */
  events(after: number, limit: number): { rows: SourceRow[]; upTo: number };
  entries(after: number, limit: number): { rows: SourceRow[]; upTo: number };
  textsOf(row: SourceRow): FoundText[];
  entryAt(session: number, seq: number): TranscriptEntry | undefined;
  /** The record that a document's text is from. */
  recordOf(doc: SearchDoc): SourceRecord;
  newest(): { events: number; entries: number };
  /** A session's records with texts, up to a seq on each road. */
  ofSession(session: number, upTo: { events: number; entries: number }): SourceRow[];
}

const namesSql = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');
const isSearched = `(source = 'hook' AND name IN (${namesSql(searchedEvents.hook)})
  OR source = 'otel' AND name IN (${namesSql(searchedEvents.otel)}))`;
const entryTypes: readonly string[] = ['user', 'assistant', 'attachment'];
const stops: ReadonlySet<string> = new Set(['Stop', 'SubagentStop']);
/** Parts of a message are looked for among so many events of its session before one of them, and after it. */
const lookedBack = 500;
const lookedAhead = 100;

export function createSearchSources(
  database: Database,
  { reader, transcripts }: { reader: EventReader; transcripts: Transcripts },
): SearchSources {
  const eventsIn = (table: string, batch: string) =>
    database.prepare<[number, number], EventPlace>(`
      SELECT seq, session, ${isSearched} AS isSearched, ${batch} AS batch FROM ${table}
      WHERE seq > ? ORDER BY seq LIMIT ?`);
  const settled = eventsIn('event_log', 'batch');
  const fresh = eventsIn('fresh_events', 'NULL');
  const entries = database.prepare<[number, number], { seq: number; session: number; type: string }>(
    'SELECT seq, session, type FROM transcript_entries WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const newest = database.prepare<[], { events: number; entries: number }>(`
    SELECT max(coalesce((SELECT max(seq) FROM fresh_events), 0), coalesce((SELECT max(seq) FROM event_log), 0)) AS events,
      coalesce((SELECT max(seq) FROM transcript_entries), 0) AS entries`);
  const ofSession = database.prepare<[{ no: number; events: number; entries: number }], Omit<SourceRow, 'session'>>(`
    SELECT 'events' AS road, seq FROM event_log
      WHERE session = @no AND seq <= @events AND ${isSearched}
    UNION ALL SELECT 'events', seq FROM fresh_events
      WHERE session = @no AND seq <= @events AND ${isSearched}
    UNION ALL SELECT 'entries', seq FROM transcript_entries
      WHERE session = @no AND seq <= @entries AND type IN (${entryTypes.map((type) => `'${type}'`).join(', ')})`);
  const displayed = database.prepare<[{ session: number; seq: number }], { seq: number; at: number }>(
    ['event_log', 'fresh_events']
      .flatMap((table) => [
        `${table} WHERE session = @session AND seq <= @seq ORDER BY seq DESC LIMIT ${lookedBack}`,
        `${table} WHERE session = @session AND seq > @seq ORDER BY seq LIMIT ${lookedAhead}`,
      ])
      .map(
        (from) => `SELECT seq, at FROM (SELECT seq, at, source, name FROM ${from})
        WHERE source = 'hook' AND name = 'MessageDisplay'`,
      )
      .join(' UNION ALL '),
  );
  const idOf = database.prepare<[number], string>('SELECT id FROM sessions WHERE no = ?').pluck();

  function entryAt(session: number, seq: number): TranscriptEntry | undefined {
    const query = { sessionId: idOf.get(session) ?? '', after: seq - 1, before: seq + 1, limit: 1 };
    return transcripts.page(session, query).items[0];
  }

  /** Of a message in several parts the last one, with all of its text; mostly they come in their order. */
  function toldWhole(event: TelltaleEvent | undefined, session: number): TelltaleEvent | undefined {
    const id = event && partedMessageId(event);
    if (!event || id === undefined) return event;
    const { seq } = event;
    const around = displayed.all({ session, seq });
    const at = Date.parse(event.at);
    // Not the last one, nor one that came later than it: the last one is looked at, too.
    if (event.payload?.final !== true && !around.some((other) => other.seq < seq && other.at >= at)) return undefined;
    const parts = around.flatMap((other) => reader.one(other.seq) ?? []);
    return wholeMessage(parts.filter((part) => partedMessageId(part) === id));
  }

  function textsOf({ road, seq, session }: SourceRow): FoundText[] {
    if (road === 'events') {
      const event = toldWhole(reader.one(seq), session);
      if (!event) return [];
      return placed(
        { session, source: sourceOf(event), seq: event.seq, atMs: Date.parse(event.at) },
        piecesOfEvent(event),
      );
    }
    const entry = entryAt(session, seq);
    if (!entry) return [];
    return placed({ session, source: 'entry', seq, atMs: entry.at ? Date.parse(entry.at) : 0 }, piecesOfEntry(entry));
  }

  return {
    events(after, limit) {
      const rows = settled.all(after, limit);
      if (rows.length < limit) rows.push(...fresh.all(Math.max(after, rows.at(-1)?.seq ?? 0), limit - rows.length));
      const upTo = rows.at(-1)?.seq ?? after;
      // Sessions at the same time lie in batches of their own, each of which is decompressed as a whole.
      rows.sort((a, b) => (a.batch ?? Number.MAX_SAFE_INTEGER) - (b.batch ?? Number.MAX_SAFE_INTEGER) || a.seq - b.seq);
      return {
        rows: rows.flatMap(({ seq, session, isSearched }) =>
          isSearched && session !== null ? [{ road: 'events' as const, seq, session }] : [],
        ),
        upTo,
      };
    },
    entries(after, limit) {
      const rows = entries.all(after, limit);
      return {
        rows: rows.flatMap(({ seq, session, type }) =>
          entryTypes.includes(type) ? [{ road: 'entries' as const, seq, session }] : [],
        ),
        upTo: rows.at(-1)?.seq ?? after,
      };
    },
    textsOf,
    entryAt,
    recordOf(doc) {
      const source = searchSources[doc.source] ?? 'event';
      const seq = doc[source];
      if (seq === null) return {};
      if (source === 'entry') {
        const entry = entryAt(doc.session, seq);
        return entry ? recordFrom(entry.at, { entry }, piecesOfEntry(entry)[doc.slot]) : {};
      }
      const event = toldWhole(reader.one(seq), doc.session);
      return event ? recordFrom(event.at, { event }, piecesOfEvent(event)[doc.slot]) : {};
    },
    newest: () => newest.get() ?? { events: 0, entries: 0 },
    ofSession: (session, upTo) => ofSession.all({ no: session, ...upTo }).map((row) => ({ ...row, session })),
  };
}

function sourceOf({ source, name }: TelltaleEvent): SearchSource {
  if (source === 'otel') return 'otel';
  return stops.has(name) ? 'stop' : 'event';
}

function placed(record: Omit<FoundText, 'slot' | 'piece'>, pieces: readonly SearchPiece[]): FoundText[] {
  return pieces.map((piece, slot) => ({ ...record, slot, piece }));
}

function recordFrom(
  at: string | undefined,
  record: Pick<SourceRecord, 'event' | 'entry'>,
  piece: SearchPiece | undefined,
): SourceRecord {
  return { ...record, ...(at !== undefined && { at }), ...(piece && { piece }) };
}
