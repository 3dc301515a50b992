import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from './fold-case.ts';
import { maxSearchTextBytes, searchTextOf } from './search-text.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

describe('searchTextOf', () => {
  it('holds what the line shows and what the payload says, folded, each once, without identifiers', () => {
    const payload = {
      session_id: 'aea1144e-7aeb-4a9f-a1ca-c0ad39551615',
      transcript_path: '/home/ada/.claude/projects/x/a.jsonl',
      cwd: '/home/ada/shop',
      hook_event_name: 'PostToolUse',
      tool_name: 'Bash',
      tool_use_id: 'toolu_01abc',
      tool_input: { command: 'npm test -- Über.test.ts', description: 'Run the tests' },
      tool_response: {
        stdout: 'FAIL src/Cart.ts\nexpected 3',
        stderr: '',
        interrupted: false,
        files: ['a.ts', 'B.ts'],
      },
    };
    expect(searchTextOf({ name: 'PostToolUse', summary: 'ran npm test', toolName: 'Bash', payload })).toBe(
      [
        'ran npm test',
        'bash',
        'posttooluse',
        'npm test -- über.test.ts',
        'run the tests',
        'fail src/cart.ts\nexpected 3',
        'a.ts',
        'b.ts',
      ].join('\n'),
    );
  });

  it('finds the path, the head and the tail of a long written file, and the result', () => {
    const content = `import x\n${'lorem ipsum '.repeat(1000)}the end`;
    const payload = { tool_input: { file_path: '/a/cart.ts', content }, tool_response: { type: 'create', content } };
    const text = searchTextOf({ name: 'PostToolUse', summary: 'wrote cart.ts', toolName: 'Write', payload });
    for (const word of ['/a/cart.ts', 'import x', 'lorem', 'the end', 'create']) expect(text).toContain(word);
    expect(bytesOf(text)).toBeLessThan(1000);
  });

  it('leaves out the bytes of an image', () => {
    const payload = { tool_response: { type: 'image', source: { media_type: 'image/png', data: 'iVBORw0KGgo' } } };
    expect(searchTextOf({ name: 'PostToolUse', summary: 'read a.png', payload })).toBe(
      'read a.png\nposttooluse\nimage\nimage/png',
    );
  });

  it('needs no payload', () => {
    expect(searchTextOf({ name: 'Stop', summary: 'finished' })).toBe('finished\nstop');
  });

  it('is folded and at most 2 kB of whole characters whatever the payload holds', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 3000 }), fc.constant('İß🙂\0ς'.repeat(500)));
    fc.assert(
      fc.property(text, fc.object({ values: [text], maxDepth: 6 }), (summary, payload) => {
        const found = searchTextOf({ name: 'X', summary, payload });
        expect(bytesOf(found)).toBeLessThanOrEqual(maxSearchTextBytes);
        expect(found).not.toContain('\0');
        expect(foldCase(found)).toBe(found);
      }),
    );
  });

  it('visits a bounded part of a huge payload', () => {
    let visits = 0;
    const rows = new Proxy(new Array(100_000).fill(0), {
      get(target, key) {
        if (typeof key === 'string' && key !== 'length') visits += 1;
        return Reflect.get(target, key);
      },
    });
    expect(searchTextOf({ name: 'X', summary: 's', payload: { rows } })).toBe('s\nx');
    expect(visits).toBeLessThan(300);
  });
});
