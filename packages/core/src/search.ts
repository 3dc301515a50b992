/** Full text over all sessions: what is searched, how a query reads, and what of a hit is shown. */
export * from './search/displayed.ts';
export * from './search/fts.ts';
export * from './search/indexed-text.ts';
export * from './search/kinds.ts';
export * from './search/marks.ts';
export type { SearchPiece } from './search/piece.ts';
export * from './search/pieces.ts';
export * from './search/query.ts';
export * from './search/snippet.ts';
