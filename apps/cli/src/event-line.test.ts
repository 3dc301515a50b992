import type { TelltaleEvent } from '@telltale/core';
import { expect, it } from 'vitest';
import { createColours } from './colours.ts';
import { eventLine } from './event-line.ts';

const colours = createColours(false, {});
const at = '2026-11-21T12:00:00.000Z';

it.each([
  ['SessionStart', 'session started', 'shop · session started'],
  ['SessionStart', 'session start · resume', 'shop · session start resume'],
  ['SessionStart', 'session start', 'shop · session start'],
  ['SessionStart', 'something else', 'shop · session start something else'],
])('says of %s with "%s" what it is once', (name, summary, line) => {
  const event = { at, app: 'shop', name, summary } as TelltaleEvent;
  expect(eventLine(event, colours).replace(/^\S+ /, '')).toBe(line);
});
