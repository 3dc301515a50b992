import { describe, expect, it } from 'vitest';
import { type Folding, rowsOf, type StoryRow } from './rows.ts';
import { eventTeller, smallStory } from './story-test.ts';

const opening = (turns: boolean, items: boolean): Folding => ({ isTurnOpen: () => turns, isOpen: () => items });

function said(row: StoryRow): string {
  const indent = '  '.repeat(row.depth);
  if (row.kind === 'prompt') return `${indent}> ${row.prompt.text}`;
  if (row.kind === 'glimpse') return `${indent}${row.of}: ${row.text}`;
  if (row.kind === 'brief') return `${indent}asked: ${row.text}`;
  if (row.kind === 'mark') return `${indent}${row.mark.mark}`;
  return `${indent}${row.item.kind}`;
}

describe('rows of a story', () => {
  it('shows of folded turns every failure, those of subagents too, and the answer', () => {
    expect(rowsOf(smallStory(), opening(false, false)).map(said)).toEqual([
      '> add rate limiting',
      'failure: Bash npm test · exit 1 · FAIL limits.test.ts',
      'failure: Read gone.ts · File does not exist.',
      'answer: Rate limiting is in.',
      '> thanks',
      'answer: You are welcome.',
    ]);
  });

  it('folds a subagent to one line below its call, and indents its story when it is opened', () => {
    expect(rowsOf(smallStory(), opening(true, false)).map(said)).toEqual([
      '> add rate limiting',
      'action',
      'subagent',
      'text',
      '> thanks',
      'text',
    ]);
    expect(rowsOf(smallStory(), opening(true, true)).map(said).slice(2, 6)).toEqual([
      'subagent',
      '  asked: Look for limiters.',
      '  action',
      '  text',
    ]);
  });

  it('gives every row its own key, which stays when other things are folded', () => {
    const index = smallStory();
    const open = rowsOf(index, opening(true, true)).map((row) => row.key);
    const folded = rowsOf(index, opening(true, false)).map((row) => row.key);
    expect(new Set(open).size).toBe(open.length);
    expect(folded.every((key) => open.includes(key))).toBe(true);
  });

  it('tells an open question once, by the row that opens it; an answered one also says how long it waited', () => {
    const { tell, prompt, index } = eventTeller();
    const input = { questions: [{ question: 'Which colour?' }] };
    const asked = { prompt_id: 'p1', tool_name: 'AskUserQuestion', tool_input: input, tool_use_id: 'q' };
    prompt('p1', 'choose');
    tell('PreToolUse', asked);
    expect(rowsOf(index(), opening(true, false)).map(said)).toEqual(['> choose', 'action']);
    tell('PostToolUse', { ...asked, tool_response: { answers: { 'Which colour?': 'Blue' } } });
    expect(rowsOf(index(), opening(true, false)).map(said)).toEqual(['> choose', 'wait', 'action']);
  });
});
