import { type Session, waitKinds } from '@telltale/core';
import { expect, it } from 'vitest';
import { placeHint, stateWordsOf, troubleWords, troubleWordsOf, waitWordsOf, whoWords } from './session-words.ts';

const since = '2026-11-21T10:00:00.000Z';
const waiting = (kind: (typeof waitKinds)[number], summary: string) => [{ kind, summary, since, mayBeRunning: false }];

it('names each wait with the same words on its card and as the state of its session', () => {
  const said = waitKinds.map((kind) => {
    const [wait] = waiting(kind, 'this');
    const session = { state: 'waiting-input', waiting: [wait] } as unknown as Session;
    return [wait && waitWordsOf(wait), stateWordsOf(session)];
  });
  expect(said).toEqual([
    ['permission: this', 'waits for permission'],
    ['question: this', 'waits for an answer'],
    ['plan approval: this', 'waits for plan approval'],
    ['input: this', 'waits for input'],
  ]);
  expect(stateWordsOf({ state: 'idle', waiting: [] as unknown[] } as Session)).toBe('idle');
});

it('tells every reason of a trouble, not only the first', () => {
  const trouble = [{ summary: 'went silent while working' }, { summary: 'failed 3 times: Bash make' }];
  expect(troubleWords({ trouble } as unknown as Session)).toBe('went silent while working · failed 3 times: Bash make');
});

it('says who ran a session and on what, as far as that is told', () => {
  const told = { user: 'ada', host: 'ws', cwd: '/src/shop', repo: 'github.com/ada/shop', commit: '0123456789abcdef' };
  expect([whoWords(told as Session), placeHint(told as Session)]).toEqual([
    'ada@ws',
    '/src/shop\ngithub.com/ada/shop at 0123456789ab',
  ]);
  const little = { host: 'ws', commit: '0123456789abcdef' } as Session;
  expect([whoWords(little), placeHint(little)]).toEqual(['ws', 'commit at 0123456789ab']);
  expect([whoWords({} as Session), placeHint({} as Session)]).toEqual(['', undefined]);
});

it('says the kind of what is wrong, and what is waited for, to who may read no words of it', () => {
  expect(troubleWordsOf({ kind: 'lost', summary: 'lost', since })).toBe('went silent while working');
  expect(troubleWordsOf({ kind: 'api-error', summary: 'API error 529', since })).toBe('API error 529');
  expect(waitWordsOf({ kind: 'permission', summary: 'permission', since, mayBeRunning: false })).toBe('permission');
});
