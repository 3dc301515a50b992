import { expect, it } from 'vitest';
import { toFts } from './fts.ts';
import { parseSearch } from './query.ts';

/** Without the columns around it. */
const ftsOf = (query: string) => toFts(parseSearch(query))?.slice('{words humps} : ('.length, -1);

it.each([
  ['rate limiter', '(("rate") AND ("limiter"))'],
  ['"rate limiter"', '(("rate limiter"))'],
  ['a1 OR b1 c1', '(("a1" OR "b1") AND ("c1"))'],
  ['rate -test', '(("rate")) NOT ("test")'],
  ['rate -"unit test" -x1', '(("rate")) NOT ("unit test" OR "x1")'],
  ['migrat*', '(("migrat" *))'],
  ['"rate lim"*', '(("rate lim" *))'],
  ['src/app.ts', '(("src app ts"))'],
])('reads %s', (query, fts) => {
  expect(ftsOf(query)).toBe(fts);
});

it('looks for a name as one word and as its parts', () => {
  expect(ftsOf('useAuth')).toBe('((("useAuth" OR "use Auth")))');
  expect(ftsOf('HTTPServ*')).toBe('((("HTTPServ" * OR "HTTP Serv" *)))');
});

it('looks for a word of a script without spaces as it stands, and as its letters in a row', () => {
  expect(ftsOf('検索')).toBe('((("検索" OR "検 索")))');
  expect(ftsOf('京')).toBe('(("京"))');
});

it.each([
  ['OR', '(("OR"))'],
  ['OR x1', '(("OR") AND ("x1"))'],
  ['x1 OR', '(("x1") AND ("OR"))'],
  ['-x1', '(("x1"))'],
  ['"x1', '(("x1"))'],
  ['(x1 AND', '(("x1") AND ("AND"))'],
  ['x*', '(("x"))'],
])('takes what has no meaning as words: %s', (query, fts) => {
  expect(ftsOf(query)).toBe(fts);
});

it('is nothing where there is no word', () => {
  expect(['', '  ', '""', '->', '*', '👍'].map(ftsOf)).toEqual(Array(6).fill(undefined));
});
