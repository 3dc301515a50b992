import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventPageSchema, liveMessageSchema } from '@telltale/core';
import { expect, it } from 'vitest';
import { testFolder, testService } from '../../fixtures/test-service.ts';
import { nameOfType } from './named-types.ts';
import { type ApiDocument, liveWords, withRoutes } from './page.ts';
import { type JsonSchema, typeText } from './type-text.ts';

/** Beside the service, which answers in this process. */
const run = promisify(execFile);
const page = readFileSync(join(import.meta.dirname, '../../../../docs/api.md'), 'utf8');

it('docs/api.md is what the service tells of itself; after a change: npm run api -w apps/server', async () => {
  const service = await testService();
  const document = (await (await service.get('/openapi.json')).json()) as ApiDocument;
  expect(withRoutes(page, document)).toBe(page);
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `### \`${method.toUpperCase()} ${path}\``),
  );
  expect(routes.length).toBeGreaterThan(30);
  expect(
    page
      .split('\n')
      .filter((line) => line.startsWith('### `'))
      .sort(),
  ).toEqual(routes.sort());
});

it('has words for every message of the socket', () => {
  const messages = liveMessageSchema.options.flatMap((option) => Object.keys(option.shape));
  expect(new Set(messages.filter((name) => name !== 'upTo'))).toEqual(new Set(Object.keys(liveWords)));
});

it('its examples work as they stand, and what is sent twice is one event', async () => {
  const service = await testService();
  const folder = testFolder();
  const commands = [...page.matchAll(/^curl .*$/gm)].map(([line]) => line);
  const answers: string[] = [];
  for (const line of commands) {
    const command = line.replaceAll('http://127.0.0.1:4000', service.url);
    answers.push((await run('sh', ['-c', command], { cwd: folder })).stdout);
  }
  expect(commands.length).toBeGreaterThan(6);
  // Hooks are answered with nothing, and a file is a file.
  expect(answers.map((text) => text !== '' && Object.keys(JSON.parse(text)))).toEqual([
    ['status', 'version', 'pid'],
    ['sessions', 'next'],
    ['events', 'next'],
    expect.arrayContaining(['name', 'rows', 'total']),
    false,
    false,
    false,
    ['events', 'next'],
  ]);
  expect(existsSync(join(folder, 'analytics.html'))).toBe(true);
  expect(eventPageSchema.parse(JSON.parse(answers.at(-1) ?? '')).events).toMatchObject([
    { sessionId: 's-1', name: 'UserPromptSubmit', payload: { prompt: 'hello' } },
  ]);
});

it.each<[JsonSchema, string]>([
  [{ type: 'string' }, 'string'],
  [{ type: 'integer' }, 'number'],
  [{ enum: ['a', 'b'] }, '"a" | "b"'],
  [{ type: 'array', items: { enum: ['a', 'b'] } }, '("a" | "b")[]'],
  [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'number | null'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, '{ [key: string]: number }'],
  [{ type: 'object' }, 'object'],
  [{}, 'unknown'],
  [
    { type: 'object', properties: { a: { type: 'string' }, 'b-c': { const: true } }, required: ['a'] },
    '{ a: string, "b-c"?: true }',
  ],
])('%j is told as %s', (schema, text) => expect(typeText(schema, nameOfType)).toBe(text));

it('breaks a line that is too long', () => {
  const properties = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`property${n}`, { type: 'string' }]));
  expect(typeText({ type: 'object', properties }, nameOfType).split('\n')).toHaveLength(14);
});
