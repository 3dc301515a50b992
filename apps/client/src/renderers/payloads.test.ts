import { describe, expect, it } from 'vitest';
import type { OpenedAction } from '../opened/opened-action.ts';
import { agentRun } from './agent-run.ts';
import { fileRead } from './file-read.ts';
import { imagesIn, imageUrl } from './images/inline-image.ts';
import { mcpResult } from './mcp-result.ts';
import { questionsOf } from './questions.ts';
import { searchHits } from './search-hits.ts';
import { shellRun } from './shell-run.ts';
import { spokenWords } from './spoken-words.ts';
import { rendererOf } from './table.ts';
import { taskRows } from './task-list.ts';
import { webResult } from './web-result.ts';

const action = (toolName: string, input: Record<string, unknown>, more: Partial<OpenedAction> = {}): OpenedAction => ({
  ...{ toolName, name: 'PostToolUse', input, outcome: 'ok', events: [] },
  ...more,
});

describe('what renderers read from payloads', () => {
  it('tells a failed shell by its exit code and its output', () => {
    const run = shellRun(action('Bash', { command: 'x' }, { outcome: 'failed', error: 'Exit code 3\nbroken' }));
    expect([run.facts, run.output, run.isSilent]).toEqual([['exit 3'], 'broken', false]);
    expect(shellRun(action('Bash', { command: 'x' }, { response: { stdout: '', stderr: '' } })).isSilent).toBe(true);
  });

  it('numbers the lines of a file from where it was read, from either road', () => {
    const file = { filePath: '/a.ts', content: 'x\ny\n', startLine: 40, totalLines: 300 };
    expect(fileRead(action('Read', {}, { response: { file } }))).toEqual({
      ...{ path: '/a.ts', from: 40, code: 'x\ny\n', range: 'lines 40–41 of 300' },
    });
    expect(fileRead(action('Read', { file_path: 'b' }, { response: '  7→x\n  8→y' }))).toMatchObject({
      from: 7,
      code: 'x\ny',
    });
  });

  it('groups hits by file', () => {
    const content = 'src/a.ts:12:use(x);\nsrc/a.ts-13-after\n--\nsrc/b.ts:1:use(y);';
    const { files } = searchHits(action('Grep', {}, { response: { mode: 'content', content } }));
    expect(files.map(({ path, lines }) => [path, lines.map((line) => line.number)])).toEqual([
      ['src/a.ts', [12, 13]],
      ['src/b.ts', [1]],
    ]);
    const names = searchHits(action('Glob', {}, { cwd: '/x', response: { filenames: ['/x/a', '/x/b'] } }));
    expect(names.files.map(({ path }) => path)).toEqual(['a', 'b']);
  });

  it('shows pictures of safe types only', () => {
    const images = imagesIn({ type: 'image', file: { base64: 'AAAA', type: 'image/png' } });
    expect(images.map(imageUrl)).toEqual(['data:image/png;base64,AAAA']);
    expect(imageUrl({ mediaType: 'image/svg+xml', data: 'AAAA' })).toBeUndefined();
    expect(imageUrl({ mediaType: 'image/png', data: '"onerror=x' })).toBeUndefined();
  });

  it('makes links of web addresses only', () => {
    const results = [
      {
        content: [
          { title: 'good', url: 'https://x' },
          { title: 'bad', url: 'javascript:alert(1)' },
        ],
      },
    ];
    expect(webResult(action('WebSearch', {}, { response: { results } })).links).toEqual([
      { title: 'good', url: 'https://x' },
    ]);
  });

  it('reads tasks, questions, agents, MCP results and spoken events', () => {
    const change = { statusChange: { from: 'pending', to: 'in_progress' } };
    expect(taskRows(action('TaskUpdate', { taskId: '1', status: 'in_progress' }, { response: change }))).toEqual([
      { id: '1', state: 'in_progress', words: 'pending → in progress', more: undefined },
    ]);
    const questions = [{ question: 'Which?', options: [{ label: 'A' }, { label: 'B' }] }];
    const [question] = questionsOf(
      action('AskUserQuestion', { questions }, { response: { answers: { 'Which?': 'B' } } }),
    );
    expect(question?.options.map(({ isChosen }) => isChosen)).toEqual([false, true]);
    const run = agentRun(action('Agent', { prompt: 'look' }, { response: { agentId: 'a1', totalToolUseCount: 9 } }));
    expect([run.agentId, run.facts]).toEqual(['a1', ['9 tools']]);
    expect(mcpResult([{ type: 'text', text: '{"a":1}' }]).json).toBe('{\n  "a": 1\n}');
    expect(mcpResult([{ type: 'text', text: '{not json' }])).toEqual({ text: '{not json' });
    expect(spokenWords({ ...action('', { prompt: 'hi' }), name: 'UserPromptSubmit' }).plain).toBe('hi');
  });

  it('finds renderers by own names only', () => {
    expect(rendererOf(action('constructor', {}))).toBeUndefined();
    expect(rendererOf(action('mcp__lab__add', {}))).toBeDefined();
    expect(rendererOf(action('SomethingNew', {}))).toBeUndefined();
  });

  it.each([undefined, null, 7, 'text', [], [null], { content: 3 }, { results: [null] }, { file: 'x' }])(
    'survives a response %j',
    (response) => {
      const strange = action('Bash', { questions: [null], todos: [3], edits: 1, pattern: {} }, { response });
      const readers = [shellRun, fileRead, searchHits, webResult, taskRows, questionsOf, agentRun];
      for (const read of readers) expect(() => read(strange)).not.toThrow();
      expect(() => [mcpResult(response), imagesIn(response)]).not.toThrow();
    },
  );
});
