import { expect, it } from 'vitest';
import { highlight } from './highlight.ts';
import { languageNamed, languageOf } from './language-names.ts';

it('names the kinds of words and keeps every character', async () => {
  const code = 'const a = "x"; // <b>\n';
  const lines = await highlight(code, 'typescript');
  expect(lines?.map((line) => line.map(({ text }) => text).join('')).join('\n')).toBe(code);
  expect(lines?.[0]?.find(({ text }) => text.includes('const'))?.kind).toBe('keyword');
  expect(lines?.[0]?.find(({ text }) => text.includes('<b>'))?.kind).toBe('comment');
});

it('leaves unknown languages and very long code plain', async () => {
  expect(await highlight('x', undefined)).toBeUndefined();
  expect(await highlight('x'.repeat(100_000), 'typescript')).toBeUndefined();
});

it('knows languages by file and by fence', () => {
  expect([languageOf('/a/b.ts'), languageOf('Dockerfile'), languageOf('a.unknown'), languageOf('Makefile')]).toEqual([
    'typescript',
    'docker',
    undefined,
    undefined,
  ]);
  expect([languageNamed('sh'), languageNamed('constructor')]).toEqual(['bash', undefined]);
});
