import type { Session } from '@telltale/core';
import { expect, it } from 'vitest';
import { storyMarkdown } from './story-markdown.ts';
import { eventTeller, smallStory } from './story-test.ts';

const session: Session = {
  ...{
    id: 's',
    app: 'api',
    title: 'add *rate* limiting',
    branch: 'main',
    state: 'ended',
    group: 'done',
    knownFrom: 'events',
  },
  ...{
    startedAt: '2026-11-21T14:00:01.000Z',
    lastEventAt: '2026-11-21T14:00:20.000Z',
    lastSeq: 12,
    prompts: 2,
    tools: 3,
  },
  ...{ failures: 2, subagents: 1, waitedMs: 0, waiting: [], trouble: [], agents: [] },
};

it('tells the whole story, folded things included, and takes no markup from titles', () => {
  const text = storyMarkdown(session, smallStory().story);
  expect(text.split('\n')[0]).toBe('# add \\*rate\\* limiting');
  expect(text).toContain('api · main · 2026-11-21T14:00:01.000Z · 2 prompts · 3 tools · 2 failed');
  expect(text).toContain('## 1 · add rate limiting');
  expect(text).toContain('- ✕ Bash npm test · exit 1 · FAIL limits.test.ts');
  expect(text).toContain('  - ✕ Read gone.ts · File does not exist.');
  expect(text.trimEnd().endsWith('You are welcome.')).toBe(true);
});

it('tells an open question once', () => {
  const { tell, prompt, index } = eventTeller();
  prompt('p1', 'choose');
  const input = { questions: [{ question: 'Which colour?' }] };
  tell('PreToolUse', { prompt_id: 'p1', tool_name: 'AskUserQuestion', tool_input: input, tool_use_id: 'q' });
  const lines = storyMarkdown(session, index().story).split('\n');
  expect(lines.filter((line) => line.includes('Which colour?'))).toEqual([
    '- ▲ waits for an answer: Question “Which colour?”',
  ]);
});
