import type { Database } from 'better-sqlite3';

/** Models of stored requests that the price table has no price for; quick however many requests there are. */
export function createUnpricedModels(database: Database): () => string[] {
  // From one name to the next by the index, instead of over each request.
  const namesIn = (table: string) =>
    database
      .prepare<[], string>(`
        WITH RECURSIVE names (model) AS (
          SELECT min(model) FROM ${table} WHERE table_nanos IS NULL
          UNION ALL
          SELECT (SELECT min(model) FROM ${table} WHERE table_nanos IS NULL AND model > names.model)
          FROM names WHERE names.model IS NOT NULL)
        SELECT model FROM names WHERE model IS NOT NULL`)
      .pluck();
  const [heard, said] = [namesIn('api_requests'), namesIn('said_requests')];
  return () => [...new Set([...heard.all(), ...said.all()])].sort();
}
