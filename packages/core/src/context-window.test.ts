import { expect, it } from 'vitest';
import { contextWindowOf } from './context-window.ts';

it('knows the windows of the models that the client lists, and says nothing of others', () => {
  const models = [
    ...['claude-haiku-4-5-20251001', 'claude-sonnet-4-5', 'claude-opus-4-6', 'claude-3-5-sonnet'],
    ...['claude-opus-4-7', 'claude-opus-5-5', 'claude-sonnet-5', 'claude-fable-5-2', 'gpt-9'],
  ];
  expect(models.map((model) => contextWindowOf(model))).toEqual([
    ...[200_000, 200_000, 200_000, 200_000],
    ...[1_000_000, 1_000_000, 1_000_000, 1_000_000, undefined],
  ]);
});

it('believes what was held: more than the small window is the large one, more than that is unknown', () => {
  expect([180_000, 210_000, 1_200_000].map((seen) => contextWindowOf('claude-sonnet-4-5[1m]', seen))).toEqual([
    200_000,
    1_000_000,
    undefined,
  ]);
});
