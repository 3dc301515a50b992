import type { TelltaleEvent, TranscriptEntry } from '@telltale/core';
import { expect, it } from 'vitest';
import type { StoryRow } from '../session/rows.ts';
import { targetOfRow } from './target.ts';

const told = {
  events: [{ seq: 3, id: 'e-3' }] as unknown as TelltaleEvent[],
  entries: [{ seq: 8, uuid: 'u-8' }] as unknown as TranscriptEntry[],
};
const row = (more: object) => ({ key: 'k', turn: 0, depth: 0, isOpen: false, ...more }) as unknown as StoryRow;
const item = (more: object) => row({ kind: 'item', item: { at: '', ...more } });

it.each([
  ['a prompt by its id', row({ kind: 'prompt', prompt: { promptId: 'p-1', seq: 3 } }), { promptId: 'p-1' }],
  ['a prompt without one by its event', row({ kind: 'prompt', prompt: { seq: 3 } }), { eventId: 'e-3' }],
  ['a call by its id', item({ kind: 'action', action: { toolUseId: 't-1' }, seq: 3 }), { toolUseId: 't-1' }],
  ['a subagent by its id', item({ kind: 'subagent', agentId: 'a-1', seq: 3 }), { agentId: 'a-1' }],
  ['what an event tells by that', item({ kind: 'notice', seq: 3, entry: 8 }), { eventId: 'e-3' }],
  ['what only the transcript tells by its line', item({ kind: 'text', entry: 8 }), { entryUuid: 'u-8' }],
  ['nothing that has no id', item({ kind: 'text', entry: 9 }), undefined],
  ['no glimpse of something else', row({ kind: 'glimpse', target: 'x' }), undefined],
])('names %s', (_words, one, target) => expect(targetOfRow(one, told)).toEqual(target));
