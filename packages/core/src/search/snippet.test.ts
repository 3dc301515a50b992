import { expect, it } from 'vitest';
import { marksIn } from './marks.ts';
import { parseSearch, wantedTerms } from './query.ts';
import { snippetOf } from './snippet.ts';

const termsOf = (query: string) => wantedTerms(parseSearch(query));
const marked = (text: string, query: string) => marksIn(text, termsOf(query)).map(([from, to]) => text.slice(from, to));

it.each([
  ['const useAuth = Auth()', 'auth', ['Auth', 'Auth']],
  ['const useAuth = author()', 'use_auth', ['useAuth']],
  ['rate_limit, rateLimit, rate limit, ratelimit', 'rate_limit', ['rate_limit', 'rateLimit', 'rate limit']],
  ['Zürich ZURICH zürichsee', 'zurich', ['Zürich', 'ZURICH']],
  ['HTTPServer serves', 'serv*', ['Server', 'serves']],
  ['(a+b) [x] \\d $1', '"a b"', ['a+b']],
  ['İstanbul and istanbul', 'istanbul', ['İstanbul', 'istanbul']],
  ['no 👍 word', 'word', ['word']],
  ['日本語のテキストを検索する、サーバーで', '検索 サーバー 日本語', ['日本語', '検索', 'サーバー']],
  ['useAuthを直す', 'auth', ['Auth']],
  ['검색 시험, 곰순', '검색', ['검색']],
])('marks in %s what %s means', (text, query, words) => {
  expect(marked(text, query)).toEqual(words);
});

it('shows the line with most of the words, and one before and after it', () => {
  const text = 'one rate\n\ntwo\nthe rate limiter here\nfour\nfive limiter';
  expect(snippetOf(text, termsOf('rate limiter'))).toEqual({
    text: 'two\nthe rate limiter here\nfour',
    marks: [
      [8, 12],
      [13, 20],
    ],
  });
});

it('cuts long lines around what was found, and keeps the marks in place', () => {
  const text = `${'before '.repeat(200)}needle${' after'.repeat(200)}`;
  const { text: shown, marks } = snippetOf(text, termsOf('needle'));
  expect(shown.length).toBeLessThan(250);
  expect(shown).toMatch(/^….*needle.*…$/);
  expect(marks.map(([from, to]) => shown.slice(from, to))).toEqual(['needle']);
});

it('cuts a long line of a script without spaces, too', () => {
  const { text: shown, marks } = snippetOf(`${'長い文'.repeat(2000)}針${'が続く'.repeat(2000)}`, termsOf('針'));
  expect(shown.length).toBeLessThan(300);
  expect(marks.map(([from, to]) => shown.slice(from, to))).toEqual(['針']);
});

it('takes no time that grows faster than the text', () => {
  const text = 'x'.repeat(100_000);
  const startedAt = performance.now();
  snippetOf(text, termsOf('xx* "x x" xxxxxxxx'));
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
