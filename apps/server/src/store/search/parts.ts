import type { Database } from 'better-sqlite3';

/** A part of the index: its words lie in a table of their own. */
export interface SearchPart {
  no: number;
  docs: number;
  min_id: number;
  max_id: number;
}

/** The parts in which the words of documents lie. Everything here runs inside a transaction. */
export interface SearchParts {
  parts(): SearchPart[];
  /** Where a new document goes. */
  forNew(): number;
  /** Counts a document in its part. */
  count(part: number, id: number): void;
  uncount(part: number): void;
  addWords(doc: { part: number; id: number }, columns: DocWords): void;
  /** FTS5 notes that the document is gone. To find its words and overwrite them took a millisecond for a kilobyte. */
  removeWords(doc: { part: number; id: number }): void;
  /** Whether any document has this word in a column. */
  has(column: keyof DocWords, word: string): boolean;
  /**
   * Brings small pieces of the index together, and leaves out what was removed where that is much of a piece; of one
   * part, or of them all. False when there was nothing to do.
   */
  merge(pages: number, part?: number): boolean;
  /** Parts that hold words of removed documents, with a number that rises with each removal. */
  torn(): TornPart[];
  /** Begins to write a part anew, whatever share of it was removed; `merge` goes on with it. */
  beginAnew(part: number, pages: number): void;
  /** All that was removed by then is out of the file. */
  noteWhole(torn: TornPart): void;
  /** Drops a part without documents; false when there is none. */
  dropEmpty(): boolean;
  /** Drops the first part; false when there is none. */
  dropFirst(): boolean;
}

/** What of a document is found: its words, those inside of names, and the conditions that it meets. */
interface DocWords {
  words: string;
  humps: string;
  facets: string;
}

interface TornPart {
  part: number;
  removals: number;
}

/** A text that only a short search looks at is found in a part of so many; see ARCHITECTURE.md. */
const partDocs = 65_536;

/** In `search_state`, with the part's number behind it. */
const tornKey = 'torn ';

export const wordsTable = (part: number) => `search_words_${part}`;

export function createSearchParts(database: Database): SearchParts {
  const tear = database.prepare(
    'INSERT INTO search_state (key, value) VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET value = value + 1',
  );
  const torn = database.prepare<[], TornPart>(`
    SELECT CAST(substr(key, ${tornKey.length + 1}) AS INTEGER) AS part, value AS removals FROM search_state
    WHERE key GLOB '${tornKey}*'`);
  const mend = database.prepare('DELETE FROM search_state WHERE key = ? AND value <= CAST(? AS INTEGER)');
  const all = database.prepare<[], SearchPart>('SELECT no, docs, min_id, max_id FROM search_parts ORDER BY no');
  const last = database.prepare<[], SearchPart>(
    'SELECT no, docs, min_id, max_id FROM search_parts ORDER BY no DESC LIMIT 1',
  );
  const count = database.prepare(`
    INSERT INTO search_parts (no, docs, min_id, max_id) VALUES (?, 1, CAST(? AS INTEGER), CAST(? AS INTEGER))
    ON CONFLICT (no) DO UPDATE SET docs = docs + 1, min_id = min(min_id, excluded.min_id), max_id = max(max_id, excluded.max_id)`);
  const uncount = database.prepare('UPDATE search_parts SET docs = docs - 1 WHERE no = ?');
  const drop = database.prepare('DELETE FROM search_parts WHERE no = ?');
  const changes = database.prepare<[], number>('SELECT total_changes()').pluck();

  function mergeBy(part: number, pages: number): void {
    const table = wordsTable(part);
    database.prepare(`INSERT INTO ${table} (${table}, rank) VALUES ('merge', ?)`).run(BigInt(pages));
  }

  function dropPart(part: SearchPart | undefined): boolean {
    if (!part) return false;
    database.exec(`DROP TABLE ${wordsTable(part.no)}`);
    drop.run(part.no);
    mend.run(`${tornKey}${part.no}`, Number.MAX_SAFE_INTEGER);
    return true;
  }

  return {
    parts: () => all.all(),
    forNew() {
      const newest = last.get();
      if (newest && newest.docs < partDocs) return newest.no;
      const no = (newest?.no ?? 0) + 1;
      createWords(database, no);
      return no;
    },
    count: (part, id) => void count.run(part, id, id),
    uncount: (part) => void uncount.run(part),
    addWords({ part, id }, { words, humps, facets }) {
      const table = wordsTable(part);
      database
        .prepare(`INSERT INTO ${table} (rowid, words, humps, facets) VALUES (CAST(? AS INTEGER), ?, ?, ?)`)
        .run(id, words, humps, facets);
    },
    removeWords({ part, id }) {
      database.prepare(`DELETE FROM ${wordsTable(part)} WHERE rowid = CAST(? AS INTEGER)`).run(id);
      tear.run(`${tornKey}${part}`);
    },
    has: (column, word) =>
      all.all().some(({ no }) => {
        const table = wordsTable(no);
        return database.prepare(`SELECT 1 FROM ${table} WHERE ${table} MATCH ? LIMIT 1`).get(`${column} : ${word}`);
      }),
    merge(pages, part) {
      const looked = part === undefined ? all.all().map(({ no }) => no) : [part];
      return looked.some((no) => {
        const before = changes.get() ?? 0;
        mergeBy(no, pages);
        // As SQLite's manual has it: fewer than two changes mean that nothing was merged.
        return (changes.get() ?? 0) - before >= 2;
      });
    },
    torn: () => torn.all(),
    // Below zero: all pieces become one, step by step.
    beginAnew: (part, pages) => mergeBy(part, -pages),
    noteWhole: ({ part, removals }) => void mend.run(`${tornKey}${part}`, removals),
    dropEmpty: () => dropPart(all.all().find(({ docs }) => docs === 0)),
    dropFirst: () => dropPart(all.all()[0]),
  };
}

/**
 * Without content, as the texts are stored elsewhere. What FTS5 merges by itself would make the COMMIT long in which it
 * does so: see `merge`.
 */
function createWords(database: Database, part: number): void {
  const table = wordsTable(part);
  database.exec(`
    CREATE VIRTUAL TABLE ${table}
      USING fts5 (words, humps, facets, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2");
    INSERT INTO ${table} (${table}, rank) VALUES ('automerge', 0);
    INSERT INTO ${table} (${table}, rank) VALUES ('crisismerge', 64);`);
}
