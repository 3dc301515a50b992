import type { Analysis } from '@telltale/core/analysis';
import { valueWords } from '@telltale/core/analysis';
import { expect, it } from 'vitest';
import { testService, until } from '../../fixtures/test-service.ts';
import { escapeHtml } from '../export/html/escape.ts';

const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>&lt;b&gt;`;
const now = Date.parse('2026-11-21T12:00:00.000Z');
const question = 'from=2026-11-19T00:00:00Z&to=2026-11-22T00:00:00Z&zone=Europe/Berlin';

async function served() {
  const service = await testService({ now: () => now });
  const send = (session: string, at: string, name: string, more: object) =>
    service.post(
      '/ingest/hook',
      { session_id: session, cwd: `/home/dev/${hostile.replaceAll('/', '')}`, hook_event_name: name, ...more },
      { 'telltale-at': at, 'telltale-app': hostile.slice(0, 60), 'telltale-event-id': `${session} ${at} ${name}` },
    );
  for (const [session, day] of [
    ['s-1', '20'],
    ['s-2', '20'],
    ['s-3', '21'],
  ] as const) {
    const at = (minute: number) => `2026-11-${day}T09:0${minute}:00.000Z`;
    await send(session, at(0), 'UserPromptSubmit', { prompt: hostile, prompt_id: `p-${session}` });
    const call = { tool_name: `mcp__${hostile}__run`, tool_use_id: `t-${session}`, tool_input: { command: hostile } };
    await send(session, at(1), 'PreToolUse', call);
    await send(session, at(2), 'PostToolUseFailure', { ...call, error: hostile });
    await send(session, at(3), 'Stop', {});
  }
  return service;
}

it('has every analysis with the numbers of the API, and nothing in it runs', async () => {
  const service = await served();
  const analysisOf = async (name: string) =>
    (await (await service.get(`/api/analysis/${name}?${question}`)).json()) as Analysis;
  await until(async () => expect((await analysisOf('sessions')).total).toMatchObject({ started: 3 }));
  const response = await service.get(`/api/analysis.html?${question}`);
  const html = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-disposition')).toMatch(
    /^attachment; filename="telltale-2026-11-1[89]-2026-11-2\d\.html"$/,
  );

  const { analyses } = (await (await service.get('/api/analysis')).json()) as {
    analyses: { name: string; title: string }[];
  };
  const heads = [...html.matchAll(/<section class="analysis"><h2>(.*?)<\/h2>/g)].map(([, head]) => head);
  expect(heads).toEqual(analyses.map(({ title }) => escapeHtml(title)));

  const { rows, measures, total } = await analysisOf('tools');
  const tools = html.slice(html.indexOf(`<h2>${escapeHtml('Tools')}`), html.length);
  for (const row of rows) expect(tools).toContain(escapeHtml(row.label).slice(0, 100));
  const [first] = measures;
  expect(first && total[first.key]).toBe(3);
  expect(tools).toContain(`<p class="sum">${first && valueWords(first, 3)}</p>`);

  // Bars of two days, a week of hours, and words that stay words.
  expect(html).toContain('<svg viewBox="0 0 880 120"');
  expect(html.match(/class="cell"/g)?.length).toBe(168);
  expect(html).toContain('&lt;script&gt;alert(1)');
  expect(html).not.toMatch(/<(?:script|img|iframe|a|link|base|form|b)\b/i);
  expect(html).not.toMatch(/\son\w+=(?!x?alert\(1\)&gt;)/i);
  expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
});

it('takes one view, conditions and everything, and says what it cannot read', async () => {
  const service = await served();
  const html = async (query: string) => (await service.get(`/api/analysis.html?${query}`)).text();
  const money = await html(`${question}&view=money&filter=is:failed&user=${encodeURIComponent(hostile)}`);
  expect(money.match(/<section/g)?.length).toBe(5);
  expect(money).toContain('<span>is:failed</span>');
  expect(money).toContain(`<span>user ${escapeHtml(hostile)}</span>`);
  expect(await html('from=0')).toContain('<span>2026-11-20 ');
  for (const [query, error] of [
    ['view=all', 'view must be one of money, work, waiting, api'],
    ['zone=Nowhere', 'zone must be a time zone such as Europe/Berlin, got "Nowhere"'],
    ['from=2026-11-21&to=2026-11-20', 'from must be before to'],
  ])
    expect(JSON.parse(await html(query ?? ''))).toEqual({ error });
});
