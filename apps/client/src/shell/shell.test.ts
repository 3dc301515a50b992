import type { Session } from '@telltale/core';
import { expect, it } from 'vitest';
import { nextWaiting } from '../keys/next-waiting.ts';
import { paletteEntries } from './palette.ts';
import { faviconOf, tabTitle } from './tab-sign.ts';

const session = (id: string, title: string, app: string, seqs: number[] = []) =>
  ({ id, title, app, waiting: seqs.map((seq) => ({ seq })) }) as unknown as Session;

it('finds what has all the words, titles that begin with them first', () => {
  const sessions = [
    session('1', 'fix the flaky test', 'web'),
    session('2', 'flaky login', 'api'),
    session('3', 'write docs', 'flaky-repo'),
  ];
  const titles = (words: string) => paletteEntries(words, sessions, []).map((entry) => `${entry.kind} ${entry.title}`);
  expect(titles('flaky')).toEqual([
    'project flaky-repo',
    'session flaky login',
    'session fix the flaky test',
    'session write docs',
  ]);
  expect(titles('flaky api')).toEqual(['session flaky login']);
  expect(titles('').slice(0, 4)).toEqual(['page Live', 'page Sessions', 'page Search', 'page Analytics']);
});

it('quotes a project whose name would read as more than one word', () => {
  const [entry] = paletteEntries('my', [session('1', 'x', 'my app')], []);
  expect(entry?.to).toEqual({ path: '/', query: { filter: 'app:"my app"' } });
});

it('walks those who wait, round and round', () => {
  const waiting = [session('a', '', '', [5]), session('b', '', '', [9])];
  expect(['', '5', '9'].map((open) => nextWaiting(waiting, open)?.id)).toEqual(['a', 'b', 'a']);
  expect(nextWaiting([], '')).toBeUndefined();
});

it('marks the tab when somebody waits or something is wrong', () => {
  expect([tabTitle(0, 0), tabTitle(1, 2)]).toEqual(['Telltale', '(3) Telltale']);
  const dots = [faviconOf(0, 0), faviconOf(1, 1), faviconOf(0, 1)].map((href) => /f2ab26|c22b2b/.exec(href)?.[0]);
  expect(dots).toEqual([undefined, 'f2ab26', 'c22b2b']);
});
