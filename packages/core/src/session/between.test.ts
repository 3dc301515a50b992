import { describe, expect, it } from 'vitest';
import { hookEvent, startMs } from '../../fixtures/hook-event.ts';
import { scenarioOf } from '../../fixtures/scenario.ts';
import { clearedFrom, editConflicts, emptyFold, foldEvent, type SessionFold, sessionOf } from '../session.ts';

const minute = 60_000;

function foldOf(id: string, ...inputs: readonly Record<string, unknown>[]): SessionFold {
  const fold = emptyFold(id);
  for (const [step, input] of inputs.entries()) foldEvent(fold, hookEvent({ session_id: id, ...input }, step));
  return fold;
}

const prompt = { hook_event_name: 'UserPromptSubmit', prompt: 'fix the limits' };
const edit = (path: string) => ({
  hook_event_name: 'PostToolUse',
  tool_name: 'Edit',
  tool_use_id: `t-${path}`,
  tool_input: { file_path: path },
});

describe('edit conflicts', () => {
  it('are two live sessions that edited one file lately', () => {
    const a = foldOf('a', prompt, edit('/p/x.ts'), edit('/p/y.ts'));
    const b = foldOf('b', edit('/p/x.ts'));
    const c = foldOf('c', edit('/p/.claude/worktrees/w/x.ts'));
    const conflicts = editConflicts([a, b, c], startMs + minute);
    expect([...conflicts]).toEqual([
      [
        'a',
        [
          {
            kind: 'edit-conflict',
            summary: 'x.ts is edited by another session too',
            since: '2026-11-21T09:00:01.000Z',
          },
        ],
      ],
      [
        'b',
        [
          {
            kind: 'edit-conflict',
            summary: 'x.ts is edited by “fix the limits” too',
            since: '2026-11-21T09:00:01.000Z',
          },
        ],
      ],
    ]);
    expect(sessionOf(a, startMs + minute, { trouble: conflicts.get('a') }).group).toBe('trouble');
  });

  it('are over when one ends, and half an hour after the edits', () => {
    const a = foldOf('a', edit('/p/x.ts'));
    const b = foldOf('b', edit('/p/x.ts'));
    expect(editConflicts([a, b], startMs + 31 * minute).size).toBe(0);
    const ended = foldOf('b', edit('/p/x.ts'), { hook_event_name: 'SessionEnd' });
    expect(editConflicts([a, ended], startMs + minute).size).toBe(0);
  });

  it('name a file of the working directory, and cut a long title between characters', () => {
    const long = { ...prompt, prompt: `${'x'.repeat(58)}😀 and more` };
    const [a, b] = [foldOf('a', long, edit('x.ts')), foldOf('b', edit('x.ts'))];
    a.host = 'laptop';
    b.host = 'laptop';
    const conflicts = editConflicts([a, b], startMs + minute);
    expect(conflicts.get('b')?.[0]?.summary).toBe(`x.ts is edited by “${'x'.repeat(58)}…” too`);
  });

  it('are none between two machines', () => {
    const [a, b] = [foldOf('a', edit('/p/x.ts')), foldOf('b', edit('/p/x.ts'))];
    a.host = 'laptop';
    b.host = 'server';
    expect(editConflicts([a, b], startMs + minute).size).toBe(0);
  });
});

describe('a session that /clear started', () => {
  const { events } = scenarioOf('interactive');
  const ids = [...new Set(events.map((event) => event.sessionId ?? ''))];
  const folds = ids.map((id) => {
    const fold = emptyFold(id);
    for (const event of events) if (event.sessionId === id) foldEvent(fold, event);
    return fold;
  });
  const [before, after] = folds;

  it('goes on from the one that ended in the same directory', () => {
    if (before === undefined || after === undefined) throw new Error('two sessions were recorded');
    expect(clearedFrom(after, folds)).toBe(before.sessionId);
    expect(clearedFrom(before, folds)).toBeUndefined();
  });

  it('goes on from the one of its own process where that is known', () => {
    if (before === undefined || after === undefined) throw new Error('two sessions were recorded');
    const mine = { ...before, sessionId: 'mine', pid: 7, lastAt: before.firstAt };
    const other = { ...before, sessionId: 'other', pid: 8 };
    expect(clearedFrom({ ...after, pid: 7 }, [mine, other])).toBe('mine');
    expect(clearedFrom({ ...after, pid: 9 }, [mine, other])).toBeUndefined();
  });
});
