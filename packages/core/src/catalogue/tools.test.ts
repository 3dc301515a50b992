import { describe, expect, it } from 'vitest';
import { callSummary, doneSummary, errorLine, mcpNames, toolCatalogue, toolSubject } from './tools.ts';

const cwd = '/home/dev/shop';
const file = { file_path: '/home/dev/shop/src/app.ts' };
const patch = { structuredPatch: [{ lines: [' a', '-b', '+c', '+d'] }, { lines: ['+e'] }] };

describe('a tool call in one line', () => {
  it.each<[string, Record<string, unknown>, unknown, string]>([
    ['Bash', { command: 'npm test' }, { stdout: 'fine' }, 'Bash npm test'],
    ['Bash', { command: 'npm run dev\n' }, { backgroundTaskId: 'b1' }, 'Bash npm run dev · in background'],
    ['Bash', { command: 'sleep 9' }, { interrupted: true }, 'Bash sleep 9 · interrupted'],
    ['Edit', file, patch, 'Edit src/app.ts +3 −1'],
    ['MultiEdit', file, { structuredPatch: [{ lines: ['-a'] }] }, 'MultiEdit src/app.ts −1'],
    [
      'Write',
      { ...file, content: 'a\nb\n' },
      { type: 'create', content: 'a\nb\n', structuredPatch: [] },
      'Write src/app.ts +2',
    ],
    ['Write', { ...file, content: 'a\nb' }, { type: 'create', structuredPatch: [] }, 'Write src/app.ts +2'],
    ['Read', file, { type: 'text', file: { numLines: 120 } }, 'Read src/app.ts · 120 lines'],
    ['Read', file, { type: 'text', file: { numLines: 2, content: 'one\n' } }, 'Read src/app.ts · 1 line'],
    ['Read', { file_path: '/etc/hosts' }, { type: 'image' }, 'Read /etc/hosts · image'],
    ['Grep', { pattern: 'app.use', path: '/home/dev/shop/src' }, { numFiles: 4 }, 'Grep “app.use” in src · 4 files'],
    ['Grep', { pattern: 'x' }, { mode: 'content', numLines: 7, numFiles: 0 }, 'Grep “x” · 7 lines'],
    ['Glob', { pattern: '**/*.ts', path: cwd }, { numFiles: 1 }, 'Glob “**/*.ts” · 1 file'],
    ['WebFetch', { url: 'https://example.com/a' }, { code: 200 }, 'WebFetch https://example.com/a · 200'],
    ['WebSearch', { query: 'react hooks' }, {}, 'WebSearch “react hooks”'],
    ['Agent', { description: 'Find it', prompt: 'long' }, { totalToolUseCount: 9 }, 'Agent Find it · 9 tools'],
    ['Task', { description: 'Find it' }, { status: 'async_launched' }, 'Agent Find it · in background'],
    ['mcp__lab__add', { a: 2, b: 3 }, [{ type: 'text', text: '5' }], 'lab · add a: 2, b: 3'],
    [
      'TodoWrite',
      { todos: [{ status: 'completed' }, { status: 'in_progress', activeForm: 'Testing' }] },
      {},
      'Todos 1 of 2 done · Testing',
    ],
    ['TaskUpdate', { taskId: '1', status: 'in_progress' }, {}, 'Task #1 in progress'],
    [
      'AskUserQuestion',
      { questions: [{ question: 'Which?' }, {}] },
      { answers: { 'Which?': 'React' } },
      'Question “Which?” and 1 more · React',
    ],
    ['ExitPlanMode', { plan: '# Refactor\n1. x' }, {}, 'Plan Refactor'],
    [
      'NotInvented',
      { thing: '/home/dev/shop/a.ts', list: [1, 2], no: null },
      {},
      'NotInvented thing: a.ts, list: 2 items',
    ],
    ['NotInvented', {}, 'text', 'NotInvented'],
    ['constructor', {}, {}, 'constructor'],
  ])('of %s %j', (tool, input, response, words) => {
    expect(doneSummary(tool, input, response, cwd)).toBe(words);
    // Pairing relies on it: how a call ends begins with how it began.
    expect(words.startsWith(callSummary(tool, input, cwd))).toBe(true);
  });

  it.each(Object.keys(toolCatalogue))('of %s survives inputs of wrong types', (tool) => {
    const odd = Object.fromEntries(
      ['file_path', 'command', 'pattern', 'todos', 'questions', 'plan', 'status'].map((key) => [key, 7]),
    );
    expect(doneSummary(tool, odd, { structuredPatch: 'x', file: 7, answers: null }, undefined)).not.toMatch(
      /undefined|object|NaN/,
    );
  });

  it('stays one short line whatever the command', () => {
    const words = callSummary('Bash', { command: `cat <<EOF\n${'line\n'.repeat(100_000)}EOF` });
    expect(words.length).toBeLessThanOrEqual(146);
    expect(words).toMatch(/^Bash cat <<EOF line line .*…$/);
    expect(toolSubject('Bash', { command: 'x' })).toBe('x');
  });
});

describe('an error in one line', () => {
  it.each([
    ['Exit code 3\nbroken\nmore', 'exit 3 · broken'],
    ['Exit code 1', 'exit 1'],
    ['<tool_use_error>String to replace not found.\nString: x</tool_use_error>', 'String to replace not found.'],
    ['<tool_use_error>No such tool</tool_use_error>', 'No such tool'],
    ['\n\n  late first line  ', 'late first line'],
    [
      'InputValidationError: Read failed due to the following issues:\nfile_path is missing\nmore',
      'InputValidationError: Read failed due to the following issues: file_path is missing',
    ],
    ['', ''],
  ])('%j', (error, words) => {
    expect(errorLine(error)).toBe(words);
  });

  it('splits the names of MCP tools', () => {
    expect(mcpNames('mcp__lab__add')).toEqual({ server: 'lab', tool: 'add' });
    expect(mcpNames('mcp__claude_ai_Gmail__send__now')).toEqual({ server: 'claude_ai_Gmail', tool: 'send__now' });
    expect(mcpNames('mcp__odd')).toEqual({ server: 'odd', tool: '' });
    expect(mcpNames('Bash')).toBeUndefined();
  });
});
