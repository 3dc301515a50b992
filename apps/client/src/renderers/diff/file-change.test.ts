import { describe, expect, it } from 'vitest';
import type { OpenedAction } from '../../opened/opened-action.ts';
import { type DiffLine, fileChange } from './file-change.ts';
import { foldHunks } from './fold-hunks.ts';

const action = (input: Record<string, unknown>, response?: unknown): OpenedAction => ({
  ...{ name: 'PostToolUse', input, events: [] },
  ...(response !== undefined && { response }),
});
const told = (hunks: readonly DiffLine[][]) =>
  hunks.map((hunk) => hunk.map(({ kind, text, before, after }) => `${before ?? ''}:${after ?? ''} ${kind} ${text}`));

describe('what a call changed in a file', () => {
  it('takes the patch that the client made', () => {
    const patch = [{ oldStart: 4, newStart: 4, lines: [' a', '-b', '+c', '+d', '\\ No newline at end of file'] }];
    const change = fileChange(action({ file_path: '/x/a.ts' }, { filePath: '/x/a.ts', structuredPatch: patch }));
    expect(told(change.hunks)).toEqual([['4:4 same a', '5: removed b', ':5 added c', ':6 added d']]);
    expect(change).toMatchObject({ path: '/x/a.ts', added: 2, removed: 1, isPlaced: true, isNew: false });
  });

  it('compares what was asked for where the call has not ended', () => {
    const change = fileChange(action({ file_path: 'a.ts', old_string: 'one\ntwo', new_string: 'one\nthree' }));
    expect(told(change.hunks)).toEqual([['1:1 same one', '2: removed two', ':2 added three']]);
    expect(change.isPlaced).toBe(false);
  });

  it('shows every edit of MultiEdit, and a new file as added lines', () => {
    const edits = [
      { old_string: 'a', new_string: 'b' },
      { old_string: 'c', new_string: '' },
    ];
    expect(fileChange(action({ file_path: 'x', edits }))).toMatchObject({ added: 1, removed: 2 });
    const created = fileChange(
      action({ file_path: 'x', content: 'a\nb\n' }, { type: 'create', content: 'a\nb\n', structuredPatch: [] }),
    );
    expect(created).toMatchObject({ isNew: true, added: 2, removed: 0 });
  });

  it('reads nothing into payloads of other shapes', () => {
    expect(
      fileChange(action({ edits: [null, 3], file_path: 7 }, { structuredPatch: [{ lines: 'x' }, null] })).hunks,
    ).toEqual([]);
  });
});

it('folds long changes and counts what it hides, but not for a few lines', () => {
  const lines = (count: number): DiffLine[] => Array.from({ length: count }, () => ({ kind: 'added', text: 'x' }));
  expect(foldHunks([lines(44)], 40).hidden).toBe(0);
  const folded = foldHunks([lines(30), lines(30), lines(9)], 40);
  expect([folded.hidden, folded.hunks.map((hunk) => hunk.length)]).toEqual([29, [30, 10]]);
});
