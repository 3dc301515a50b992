/** One predicate for API, subscription and search box; the grammar is told in `filter/grammar.ts`. */
export * from './filter/completions.ts';
export * from './filter/edit.ts';
export * from './filter/format.ts';
export * from './filter/grammar.ts';
export * from './filter/hits.ts';
export * from './filter/match.ts';
export * from './filter/me.ts';
export * from './filter/parse.ts';
export * from './filter/sql.ts';
export * from './filter/zone.ts';
