import { expect, it } from 'vitest';
import { highlight } from './highlight.ts';
import { packRuns, unpackRuns } from './packed-runs.ts';

it('gives back what the highlighter said, for each kind of line end', async () => {
  for (const code of ['', '\n\n', 'const a = "💡"; // <b>\n\n\tlet b\n', 'let a;\r\n\r\nlet b;\r\n', '`a\n$b\n`']) {
    const lines = (await highlight(code, 'typescript')) ?? [];
    const packed = packRuns(code, lines);
    expect(packed && unpackRuns(code, packed), JSON.stringify(code)).toEqual(lines);
  }
});

it('refuses lines of another text', () => {
  expect(packRuns('ab', [[{ text: 'ac' }]])).toBeUndefined();
  expect(packRuns('ab', [[{ text: 'a' }]])).toBeUndefined();
});
