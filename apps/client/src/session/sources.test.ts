import type { Session, SessionState } from '@telltale/core';
import { expect, it } from 'vitest';
import { lackWords } from './sources.ts';

const words = (state: SessionState, events: number, entries: number, isComplete = false) =>
  lackWords({
    session: { state, knownFrom: 'events', waiting: [] as unknown[] } as Session,
    events,
    entries,
    isComplete,
  });

it('says what the story lacks, and nothing where it is whole', () => {
  expect([
    words('working', 5, 0),
    words('ended', 5, 0),
    words('ended', 0, 5),
    words('working', 5, 5),
    words('ended', 5, 5),
    words('idle', 5, 5),
    words('ended', 5, 5, true),
    words('working', 0, 0),
  ]).toEqual([
    'transcript follows when the turn ends',
    'known only from its events',
    'known only from its transcript',
    'transcript follows when the turn ends',
    'transcript not complete yet',
    'transcript not complete yet',
    undefined,
    undefined,
  ]);
});
