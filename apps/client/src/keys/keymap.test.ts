import { expect, it } from 'vitest';
import { createKeyReader, type Pressed } from './keymap.ts';

const press = (key: string, held: Partial<Pressed> = {}): Pressed => ({
  ...{ key, ctrl: false, meta: false, alt: false },
  ...held,
});

it('reads single keys, sequences and combinations', () => {
  const read = createKeyReader({ singleKeys: () => true, now: () => 0 });
  const names = [press('j'), press('g'), press('s'), press('?'), press('K', { ctrl: true }), press('x')];
  expect(names.map((one) => read(one, false))).toEqual(['j', 'pending', 'g s', '?', 'ctrl-k', undefined]);
});

it('forgets the first key of a sequence after a second', () => {
  let now = 0;
  const read = createKeyReader({ singleKeys: () => true, now: () => now });
  read(press('g'), false);
  now = 1500;
  expect(read(press('l'), false)).toBe('l');
});

it('leaves letters to whoever types, but closes and opens from anywhere', () => {
  const read = createKeyReader({ singleKeys: () => true, now: () => 0 });
  const names = [press('j'), press('/'), press('Escape'), press('k', { meta: true })];
  expect(names.map((one) => read(one, true))).toEqual([undefined, undefined, 'esc', 'ctrl-k']);
});

it('keeps quiet when single keys are switched off', () => {
  const read = createKeyReader({ singleKeys: () => false, now: () => 0 });
  expect([press('j'), press('w'), press('Escape')].map((one) => read(one, false))).toEqual([
    undefined,
    undefined,
    'esc',
  ]);
});

it('never takes a key from the browser', () => {
  const read = createKeyReader({ singleKeys: () => true, now: () => 0 });
  const names = [press('j', { ctrl: true }), press('w', { meta: true }), press('.', { alt: true })];
  expect(names.map((one) => read(one, false))).toEqual([undefined, undefined, undefined]);
});
