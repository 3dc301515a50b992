import type { Database } from 'better-sqlite3';

/** Whether an answer takes so long that a thread of its own gives it: for a few rows, to begin it would take longer. */
export interface ReadingNeeds {
  /** Of a session, or of all. */
  areManyRequests(sessionNo?: number): boolean;
  areManyWords(): boolean;
}

/** Some 5 ms of reading. */
const manyRequests = 500;
/** Documents of the search. */
const manyWords = 20_000;

export function createReadingNeeds(database: Database): ReadingNeeds {
  const countOf = (where: string) =>
    database
      .prepare<{ no?: number; most: number }[], number>(`
        SELECT (SELECT count(*) FROM (SELECT 1 FROM api_requests ${where} LIMIT @most))
          + (SELECT count(*) FROM (SELECT 1 FROM said_requests ${where} LIMIT @most))`)
      .pluck();
  const ofSession = countOf('WHERE session = @no');
  const ofAll = countOf('');
  const words = database.prepare<[], number>('SELECT coalesce(sum(docs), 0) FROM search_parts').pluck();

  return {
    areManyRequests(no) {
      const count = no === undefined ? ofAll.get({ most: manyRequests }) : ofSession.get({ no, most: manyRequests });
      return (count ?? 0) >= manyRequests;
    },
    areManyWords: () => (words.get() ?? 0) >= manyWords,
  };
}
