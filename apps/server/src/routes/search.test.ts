import { join } from 'node:path';
import { wordsIn } from '@telltale/core/search';
import { type SearchAnswer, searchAnswerSchema } from '@telltale/core/search-view';
import { expect, it } from 'vitest';
import { secretCases } from '../../../../packages/core/fixtures/secrets.ts';
import { type TestService, testService, until } from '../../fixtures/test-service.ts';
import { openConnection } from '../store/connection.ts';

async function searched(service: TestService, query: string): Promise<SearchAnswer> {
  const response = await service.get(`/api/search?${query}`);
  expect(response.status).toBe(200);
  return searchAnswerSchema.parse(await response.json());
}

const indexed = (service: TestService) =>
  until(async () => expect((await searched(service, 'q=x')).index.waiting).toBe(0));

it('finds what came a moment ago, and no more what was deleted', async () => {
  const service = await testService();
  await service.fire('s-1', 'UserPromptSubmit', { prompt: 'make the limiter strict' });
  const found = await until(async () => {
    const answer = await searched(service, 'q=limiter&kind=prompt&order=best&limit=5');
    expect(answer.total.hits).toBe(1);
    return answer;
  });
  expect(found.sessions[0]?.hits[0]?.snippet.text).toBe('make the limiter strict');
  const response = await fetch(`${service.url}/api/sessions/s-1`, { method: 'DELETE' });
  expect(response.status).toBe(204);
  expect((await searched(service, 'q=limiter')).total.hits).toBe(0);
});

it('says which parameter cannot be read', async () => {
  const service = await testService();
  const problems = await Promise.all(
    ['q=x&kind=words', 'q=x&order=worst', 'q=x&limit=0', 'q=x&from=soon', 'q=x&filter=is:odd', 'q=x&filter=word'].map(
      async (query) => {
        const response = await service.get(`/api/search?${query}`);
        return [response.status, ((await response.json()) as { error: string }).error.slice(0, 20)];
      },
    ),
  );
  expect(problems).toEqual([
    [400, 'kind must be one of '],
    [400, 'order must be one of'],
    [400, 'limit must be 1–100'],
    [400, 'from must be a time '],
    [400, expect.stringContaining('filter: ')],
    [400, 'filter: words are se'],
  ]);
});

it('says that a cursor is none instead of beginning anew', async () => {
  const service = await testService();
  const asked = async (path: string) => {
    const response = await service.get(path);
    return [response.status, ((await response.json()) as { error?: string }).error];
  };
  const none = [400, 'cursor must be the next of the page before'];
  for (const cursor of ['x', 'n', 'n1x', 'b5', '5', '-1', `n${'9'.repeat(40)}`]) {
    expect([cursor, await asked(`/api/search?q=x&cursor=${cursor}`)]).toEqual([cursor, none]);
  }
  for (const cursor of ['x', '5', 'n5', '5-x']) {
    expect([cursor, await asked(`/api/sessions?cursor=${cursor}`)]).toEqual([cursor, none]);
  }
  expect(await asked('/api/search?q=x&cursor=b5-20')).toEqual([400, 'cursor is of a page that was ordered by best']);
  for (const path of [
    ...['/api/search?q=x&cursor=n5', '/api/search?q=x&order=best&cursor=n5', '/api/search?q=x&order=best&cursor=b5-20'],
    ...['/api/search?q=x&cursor=', '/api/sessions?cursor=', '/api/sessions?cursor=-1-5'],
  ])
    expect([path, await asked(path)]).toEqual([path, [200, undefined]]);
});

it('has no secret in its index: they are masked before anything is stored', async () => {
  const service = await testService();
  for (const [n, { text }] of secretCases.entries()) {
    await service.fire('s-1', 'UserPromptSubmit', { prompt: `wombat ${text}` });
    await service.fire('s-1', 'PostToolUse', {
      ...{ tool_name: 'Bash', tool_use_id: `t-${n}`, tool_input: { command: text }, tool_response: { stdout: text } },
    });
  }
  const entries = secretCases.map(({ text }, n) => ({
    ...{ type: 'user', uuid: `u-${n}`, timestamp: '2026-11-21T09:00:00Z', message: { content: text } },
  }));
  await service.post('/ingest/transcript', { sessionId: 's-1', entries });
  await indexed(service);
  expect((await searched(service, 'q=wombat')).total.hits).toBeGreaterThan(100);

  const connection = openConnection(join(service.home, 'telltale.db'), { readonly: true });
  connection.exec("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'search_words_1', 'row')");
  const terms = new Set(connection.prepare<[], string>('SELECT term FROM terms').pluck().all());
  connection.close();
  expect(terms.has('wombat')).toBe(true);
  const longWords = (text: string) => wordsIn(text.toLowerCase()).filter((word) => word.length >= 16);
  // What stands beside a secret may be the same by chance, and is no secret there.
  const said = new Set(secretCases.flatMap(({ text, secret }) => longWords(text.replace(secret, ' '))));
  const secretWords = secretCases.flatMap(({ secret }) => longWords(secret)).filter((word) => !said.has(word));
  expect(secretWords.length).toBeGreaterThan(50);
  expect(secretWords.filter((word) => terms.has(word))).toEqual([]);
});
