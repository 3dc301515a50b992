import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SearchAnswer } from '@telltale/core/search-view';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { eventsOf, sessionsOf } from '../../../../../packages/core/fixtures/transcript.ts';
import { telemetryRecord } from '../../../fixtures/ledger-records.ts';
import { deliveriesOf, transcriptOf } from '../../../fixtures/recorded.ts';
import { hookRecord, testStores } from '../../../fixtures/test-store.ts';
import { openConnection } from '../connection.ts';
import type { SqliteStore } from '../sqlite-store.ts';
import type { AppendRecord } from '../store.ts';
import type { SearchQuery } from './answer.ts';

const startMs = Date.UTC(2026, 10, 21, 9, 0, 0);
const { folder, open, openCrashed } = testStores({ now: () => startMs + 3_600_000 });
let store: SqliteStore;
beforeEach(() => {
  store = open();
});

const timeOf = (n: number) => new Date(startMs + n * 1000).toISOString();

function hook(n: number, fields: Record<string, unknown>, { session = 's-1', app = 'shop' } = {}): AppendRecord {
  return hookRecord({ session_id: session, ...fields }, { id: `${session}-${n}`, app, receivedAt: timeOf(n) });
}

const prompt = (n: number, text: string, place = {}) =>
  hook(n, { hook_event_name: 'UserPromptSubmit', prompt: text, prompt_id: `p-${n}` }, place);

const call = (n: number, fields: Record<string, unknown> = {}, place = {}) =>
  hook(
    n,
    {
      ...{ hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_use_id: `t-${n}` },
      ...{ tool_input: { command: `npm test ${n}` }, tool_response: { stdout: `ran ${n}` } },
      ...fields,
    },
    place,
  );

function transcript(rows: readonly Record<string, unknown>[], sessionId = 's-1') {
  const lines = rows.map((row, n) => {
    const text = JSON.stringify({ uuid: `${sessionId}-${n}`, timestamp: timeOf(n), sessionId, ...row });
    return { text, bytes: Buffer.byteLength(text) + 1 };
  });
  const size = lines.reduce((sum, { bytes }) => sum + bytes, 0);
  return { sessionId, lines, head: '1-1', size, offset: 0, app: 'shop' };
}

const said = (content: unknown, type = 'user') => ({ type, message: { role: type, content } });

function ask(q: string, more: Partial<SearchQuery> = {}, of = store): SearchAnswer {
  return of.search({ q, order: 'newest', limit: 20, now: startMs + 3_600_000, ...more });
}

/** Of every hit: kind and what is marked. */
const hitsOf = (answer: SearchAnswer) =>
  answer.sessions.flatMap(({ hits }) =>
    hits.map(
      ({ kind, snippet }) => `${kind}: ${snippet.marks.map(([from, to]) => snippet.text.slice(from, to)).join('|')}`,
    ),
  );

const countOf = (q: string, more: Partial<SearchQuery> = {}, of = store) => ask(q, more, of).total.hits;

it('finds prompts, answers, inputs and results with their place', async () => {
  await store.append([
    prompt(1, 'please fix the rate limiter\nin src/app.ts\nbefore noon'),
    call(2, {
      tool_input: { command: 'grep -n rate_limit src' },
      tool_response: { stdout: 'src/app.ts:3: useAuth()' },
    }),
    hook(3, { hook_event_name: 'Stop', last_assistant_message: 'The limiter is **fixed**.' }),
  ]);
  await store.indexNow();
  const answer = ask('limiter');
  expect(answer).toEqual({
    sessions: [
      {
        session: expect.objectContaining({ id: 's-1', app: 'shop', lastEventAt: timeOf(3) }),
        hits: [
          { kind: 'answer', at: timeOf(3), seq: 3, snippet: { text: 'The limiter is **fixed**.', marks: [[4, 11]] } },
          {
            ...{ kind: 'prompt', at: timeOf(1), seq: 1, promptId: 'p-1' },
            snippet: { text: 'please fix the rate limiter\nin src/app.ts', marks: [[20, 27]] },
          },
        ],
      },
    ],
    total: { hits: 2, sessions: 1, isMore: false },
    facets: {
      kinds: [
        { value: 'prompt', hits: 1 },
        { value: 'answer', hits: 1 },
      ],
      apps: [{ value: 'shop', hits: 2 }],
      ...{ tools: [], models: [], users: [] },
    },
    next: null,
    index: { isBuilding: false, share: 1, waiting: 0 },
  });
  expect(ask('rate_limit grep').sessions[0]?.hits[0]).toMatchObject({ toolUseId: 't-2', toolName: 'Bash', seq: 2 });
});

describe('words', () => {
  beforeEach(async () => {
    await store.append([
      prompt(1, 'const useAuth = createAuth(); // src/app.ts:12 rate_limit'),
      prompt(2, 'Das Café in Zürich, ΟΔΟΣ and HTTPServer'),
      prompt(3, 'say "hello world" and nothing else'),
      prompt(4, 'world, hello'),
      prompt(5, '日本語のテキストをAPIで検索する'),
      prompt(6, 'ภาษาไทยไม่มีช่องว่าง'),
      prompt(7, 'Καλημέρα Αθήνα, φίλος· ещё один йод'),
    ]);
    await store.indexNow();
  });

  it.each([
    ['useAuth', ['useAuth']],
    ['useauth', ['useAuth']],
    ['auth', ['Auth|Auth']],
    ['use_auth', ['useAuth']],
    ['createA*', ['createAuth']],
    ['src/app.ts', ['src/app.ts']],
    ['rate_limit', ['rate_limit']],
    ['rateLimit', ['rate_limit']],
    ['limit', ['limit']],
    ['cafe', ['Café']],
    ['ZURICH', ['Zürich']],
    ['οδός', ['ΟΔΟΣ']],
    ['καλημερα', ['Καλημέρα']],
    ['ΑΘΗΝΑ', ['Αθήνα']],
    ['αθή*', ['Αθήνα']],
    ['ΦΙΛΟΣ', ['φίλος']],
    ['еще', ['ещё']],
    ['йод', ['йод']],
    ['один'.normalize('NFD'), ['один']],
    ['server', ['Server']],
    ['http*', ['HTTPServer']],
    ['日本語', ['日本語']],
    ['検索', ['検索']],
    ['索', ['索']],
    ['api', ['API']],
    ['ไทย', ['ไทย']],
  ])('%s is found', (q, marked) => {
    expect(hitsOf(ask(q))).toEqual(marked.map((words) => `prompt: ${words}`));
  });

  it.each([
    ['"hello world"', 1],
    ['hello world', 2],
    ['hello -nothing', 1],
    ['hello -"hello world"', 1],
    ['cafe OR nothing', 2],
    ['hello cafe OR nothing', 1],
    ['uth', 0],
    ['worl', 0],
    ['wor*', 2],
    ['日語', 0],
    ['テキスト -検索', 0],
    ['"テキストを API"', 1],
  ])('%s: %i hits', (q, hits) => {
    expect(countOf(q)).toBe(hits);
  });

  it('never fails, whatever is typed', () => {
    const typed = [
      '"',
      '""',
      '"hello',
      'OR',
      'OR hello',
      'hello OR',
      '-',
      '--',
      '-hello',
      '(hello',
      'NEAR(hello',
      'words:hello',
      '*',
      'a*',
      '^hello',
      "'; DROP",
      '\0hello',
      'facets:k0',
      '{words} : x',
      '👍',
      '+',
      'AND',
      'NOT hello',
      '\\',
    ];
    for (const q of typed) expect(() => ask(q), q).not.toThrow();
  });

  it('searches broken syntax as words', () => {
    expect(countOf('"hello')).toBe(2);
    expect(countOf('-hello')).toBe(2);
    expect(countOf('(hello)')).toBe(2);
    expect(countOf('k0')).toBe(0);
  });
});

describe('each text once', () => {
  const rows = [
    said('fix the limiter'),
    said([{ type: 'text', text: 'Looking at the limiter.' }], 'assistant'),
    said([{ type: 'tool_use', id: 't-9', name: 'Bash', input: { command: 'cat limiter.ts' } }], 'assistant'),
    {
      ...said([{ type: 'tool_result', tool_use_id: 't-9', content: 'limiter source' }]),
      toolUseResult: { stdout: 'limiter source' },
    },
    said('fix the limiter'),
    said([{ type: 'text', text: 'The limiter works.' }], 'assistant'),
  ];
  const events = [
    prompt(0, 'fix the limiter'),
    hook(1, { hook_event_name: 'MessageDisplay', index: 0, final: true, delta: 'Looking at the limiter.' }),
    call(2, { hook_event_name: 'PreToolUse', tool_use_id: 't-9', tool_input: { command: 'cat limiter.ts' } }),
    call(3, {
      tool_use_id: 't-9',
      tool_input: { command: 'cat limiter.ts' },
      tool_response: { stdout: 'limiter source' },
    }),
    prompt(4, 'fix the limiter'),
    hook(5, { hook_event_name: 'MessageDisplay', index: 0, final: true, delta: 'The limiter works.' }),
    hook(6, { hook_event_name: 'Stop', last_assistant_message: 'The limiter works.' }),
  ];
  const kinds = { prompt: 2, answer: 2, 'tool-input': 1, 'tool-result': 1 };

  const told = () => Object.fromEntries(ask('limiter').facets.kinds.map(({ value, hits }) => [value, hits]));

  it('whether events or the transcript come first', async () => {
    await store.append(events);
    await store.indexNow();
    expect(told()).toEqual(kinds);
    await store.appendTranscript(transcript(rows));
    await store.indexNow();
    expect(told()).toEqual(kinds);
    for (const { hits } of ask('limiter').sessions) {
      for (const hit of hits) expect(hit).toMatchObject({ seq: expect.any(Number), entry: expect.any(Number) });
    }
  });

  it('in any order of arrival', async () => {
    await store.appendTranscript(transcript(rows));
    for (const event of [...events].reverse()) {
      await store.append([event]);
      await store.indexNow();
    }
    expect(told()).toEqual(kinds);
    expect(ask('limiter', { kind: 'tool-result' }).sessions[0]?.hits[0]).toMatchObject({ toolName: 'Bash' });
  });

  it('and the same words said twice are two', async () => {
    await store.append([prompt(1, 'continue'), prompt(2, 'continue')]);
    await store.indexNow();
    expect(countOf('continue')).toBe(2);
  });
});

describe('telemetry', () => {
  const heard = (name: string, n: number, payload: Record<string, unknown>, sessionId = 's-1') =>
    telemetryRecord(name, { sessionId, at: timeOf(n), promptId: `p-${n}`, payload });
  const heardCall = (n: number, input: unknown, more: Record<string, unknown> = {}) =>
    heard('tool_result', n, {
      ...{ tool_name: 'Bash', tool_use_id: `t-${n}`, success: 'true', tool_input: JSON.stringify(input) },
      ...more,
    });

  it('alone tells prompts, answers, inputs and errors, with the event as their place', async () => {
    await store.append([
      heard('user_prompt', 1, { prompt: 'fix the limiter', prompt_text: 'fix the limiter', prompt_length: '15' }),
      heard('user_prompt', 2, { prompt: '<REDACTED>', prompt_length: '9' }),
      heardCall(3, { command: 'npm run limiter' }, { success: 'false', error: 'the limiter is broken' }),
      heard('tool_decision', 4, {
        ...{ decision: 'reject', tool_name: 'Bash', tool_use_id: 't-4' },
        tool_parameters: '{"full_command":"rm limiter"}',
      }),
      heard('assistant_response', 5, { response: 'The limiter is fixed.', query_source: 'repl_main_thread' }),
      heard('assistant_response', 6, { response: '{"title":"limiter"}', query_source: 'generate_session_title' }),
      heard('assistant_response', 7, {
        ...{ query_source: 'compact' },
        response: '<analysis>long</analysis>\n<summary>\n1. The limiter.\n</summary>',
      }),
      heardCall(8, undefined, { tool_input: '{"command":"limiter --cut of' }),
    ]);
    await store.indexNow();
    const [{ hits } = { hits: [] }] = ask('limiter').sessions;
    expect(hits.map(({ kind, seq, snippet }) => [seq, kind, snippet.text])).toEqual([
      [8, 'tool-input', '{"command":"limiter --cut of'],
      [7, 'summary', '1. The limiter.'],
      [5, 'answer', 'The limiter is fixed.'],
      [4, 'tool-input', 'rm limiter'],
      [3, 'tool-result', 'the limiter is broken'],
      [3, 'tool-input', 'npm run limiter'],
      [1, 'prompt', 'fix the limiter'],
    ]);
    expect(hits.find(({ seq }) => seq === 3)).toMatchObject({ toolName: 'Bash', toolUseId: 't-3' });
    expect(countOf('REDACTED')).toBe(0);
  });

  it('gives way to what hooks and transcripts tell whole, in any order', async () => {
    const cut = [
      heard('user_prompt', 1, { prompt: 'needle asked' }),
      heardCall(2, { command: 'needle ran [cut]' }, { tool_name: 'mcp_tool' }),
      heard('assistant_response', 3, { response: 'needle done', query_source: 'sdk' }),
    ];
    const whole = [
      prompt(1, 'needle asked'),
      call(2, {
        ...{ tool_name: 'mcp__lab__run', tool_input: { command: 'needle ran with a long tail' } },
        tool_response: 'fine',
      }),
      hook(3, { hook_event_name: 'Stop', last_assistant_message: 'needle done' }),
    ];
    for (const [index, order] of [
      [cut, whole],
      [whole, cut],
    ].entries()) {
      const own = open({ file: join(folder(), `${index}.db`) });
      for (const records of order) {
        await own.append(structuredClone(records));
        await own.indexNow();
      }
      expect(hitsOf(ask('needle', {}, own))).toEqual(['answer: needle', 'tool-input: needle', 'prompt: needle']);
      expect(hitsOf(ask('"long tail"', {}, own))).toEqual(['tool-input: long tail']);
      expect(countOf('cut', {}, own)).toBe(0);
      expect(ask('needle', {}, own).facets.tools).toEqual([{ value: 'mcp__lab__run', hits: 1 }]);
      await own.deleteSession('s-1');
      expect(countOf('needle', {}, own)).toBe(0);
      const connection = openConnection(join(folder(), `${index}.db`), { readonly: true });
      const words = connection.prepare("SELECT name FROM sqlite_master WHERE name GLOB 'search_words*'");
      expect(words.pluck().all()).toEqual([]);
      connection.close();
    }
  });

  /** Kind and text of everything that is in the index. */
  function docs(): string[] {
    const connection = openConnection(join(folder(), 'telltale.db'), { readonly: true });
    const kinds = connection.prepare<[], string>("SELECT kind || ' ' || key FROM search_docs ORDER BY 1").pluck().all();
    connection.close();
    return kinds;
  }

  it.each(['hello', 'tools', 'mcp', 'subagents', 'compact', 'denied', 'tasks', 'git-commit', 'multi-turn'])(
    'adds nothing to what hooks and transcripts of %s tell',
    async (recording) => {
      const events = sessionsOf(recording).flatMap((id) => eventsOf(recording, id));
      await store.append(
        events.map(({ seq: _, payload = {}, ...event }) => ({
          event: { ...event, payload },
          payloadText: JSON.stringify(payload),
        })),
      );
      for (const deliver of deliveriesOf(recording, ['transcripts'])) await deliver(store);
      await store.indexNow();
      const told = docs();
      for (const deliver of deliveriesOf(recording, ['logs'])) await deliver(store);
      await store.indexNow();
      expect(told.length).toBeGreaterThan(1);
      expect(docs()).toEqual(told);
    },
  );
});

it('finds a message that was displayed in parts once all of them are there, in any order, and once', async () => {
  const part = (index: number, delta: string, final = false) =>
    hook(10 + index, { hook_event_name: 'MessageDisplay', message_id: 'm-1', index, final, delta });
  const parts = [part(0, 'the first nee'), part(1, 'dle\n\nand the '), part(2, 'second needle', true)];
  const other = hook(30, {
    hook_event_name: 'MessageDisplay',
    message_id: 'm-2',
    index: 0,
    final: false,
    delta: 'needle',
  });
  for (const [index, order] of [
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
  ].entries()) {
    const own = open({ file: join(folder(), `${index}.db`) });
    for (const at of order) {
      await own.append([structuredClone(parts[at] as AppendRecord)]);
      await own.indexNow();
    }
    await own.append([structuredClone(other)]);
    await own.indexNow();
    expect(hitsOf(ask('needle', {}, own))).toEqual(['answer: needle|needle']);
    expect(hitsOf(ask('"first needle and the second"', {}, own))).toEqual(['answer: first needle|and the second']);
    await own.append([
      hook(13, { hook_event_name: 'Stop', last_assistant_message: 'the first needle\n\nand the second needle' }),
    ]);
    await own.appendTranscript(
      transcript([said([{ type: 'text', text: 'the first needle\n\nand the second needle' }], 'assistant')]),
    );
    await own.indexNow();
    expect(countOf('needle', {}, own)).toBe(1);
    expect(ask('needle', {}, own).sessions[0]?.hits[0]).toMatchObject({ entry: expect.any(Number) });
    await own.deleteSession('s-1');
    expect(countOf('needle', {}, own)).toBe(0);
    expect(ask('needle', {}, own).index).toMatchObject({ waiting: 0 });
  }
});

it('finds what a compaction left once, whoever tells it', async () => {
  const words = '<analysis>none</analysis>\n<summary>\n1. The needle of it.\n2. More.\n</summary>';
  const letter = `This session is being continued from a previous conversation that ran out of context. The summary below covers the earlier portion of the conversation.

Summary:
1. The needle of it.
2. More.

If you need specific details from before compaction (like exact code snippets), read the full transcript at: /home/needle.jsonl
Continue the conversation from where it left off`;
  await store.append([
    hook(1, { hook_event_name: 'SubagentStop', agent_id: 'a-1', agent_type: '', last_assistant_message: words }),
    hook(2, { hook_event_name: 'PostCompact', trigger: 'manual', compact_summary: words }),
    telemetryRecord('assistant_response', {
      ...{ sessionId: 's-1', at: timeOf(2) },
      payload: { response: words, query_source: 'compact' },
    }),
  ]);
  await store.appendTranscript(transcript([{ ...said(letter), isCompactSummary: true }]));
  await store.indexNow();
  expect(hitsOf(ask('needle'))).toEqual(['summary: needle']);
  expect(ask('needle', { kind: 'summary' }).sessions[0]?.hits[0]).toMatchObject({ seq: 2, entry: 1 });
  expect(countOf('continued')).toBe(0);
});

describe('a fork', () => {
  const [origin, fork] = ['b7ced49a-33fc-4589-8f23-706b8f2b8be5', 'da1ab392-2541-4d70-9b7a-e77e70a86f7d'];
  const deliver = async (ids: readonly string[]) => {
    for (const id of ids) for (const one of transcriptOf('forked-new', id)) await one(store);
    await store.indexNow();
  };
  const sessionsIn = (answer: SearchAnswer) => answer.sessions.map(({ session }) => session.id);

  it.each([[[origin, fork]], [[fork, origin]]])(
    'has no hit of what it copied: that is found where it was said (%s first)',
    async (ids) => {
      await deliver(ids);
      const answer = ask('turn First');
      expect(sessionsIn(answer)).toEqual([origin]);
      expect(answer.total).toEqual({ hits: 1, sessions: 1, isMore: false });
      expect(answer.facets.kinds).toEqual([{ value: 'prompt', hits: 1 }]);
      const [hit] = answer.sessions[0]?.hits ?? [];
      expect(hit?.saidIn).toBeUndefined();
      expect(hit?.copiedTo).toEqual([{ sessionId: fork, entry: expect.any(Number) }]);
      // Its own words are its own.
      const own = ask('"Another way"');
      expect(sessionsIn(own)).toEqual([fork]);
      expect(own.sessions[0]?.hits[0]).not.toHaveProperty('copiedTo');
    },
  );

  it('is searched whole where it is what was asked for', async () => {
    await deliver([origin, fork]);
    const answer = ask('turn First', { session: fork });
    expect(sessionsIn(answer)).toEqual([fork]);
    expect(answer.sessions[0]?.hits[0]?.saidIn).toEqual({ sessionId: origin, entry: expect.any(Number) });
  });

  it('has the hit once what it copied from is deleted', async () => {
    await deliver([origin, fork]);
    await store.deleteSession(origin);
    expect(sessionsIn(ask('turn First'))).toEqual([fork]);
    const connection = openConnection(join(folder(), 'telltale.db'), { readonly: true });
    expect(connection.prepare('SELECT count(*) FROM kin').pluck().get()).toBe(0);
    connection.close();
  });

  it('pages through each text once', async () => {
    const rows = Array.from({ length: 12 }, (_, n) => [
      said(`needle ${n}`),
      {
        ...said([{ type: 'text', text: `needle answer ${n}` }], 'assistant'),
        requestId: `r-${n}`,
      },
    ])
      .flat()
      .map((row, n) => ({
        ...row,
        uuid: `u-${n}`,
        message: {
          ...row.message,
          id: `m-${n}`,
          model: 'claude-opus-5-5',
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      }));
    const begun = (n: number) => ({
      type: 'queue-operation',
      operation: 'enqueue',
      timestamp: timeOf(n),
      uuid: undefined,
    });
    // A fork of a fork, and a second one of the first.
    const told = [
      { id: 's-3', rows: [begun(900), ...rows] },
      { id: 's-1', rows: [begun(-1), ...rows] },
      { id: 's-2', rows: [begun(800), ...rows, said('needle of the fork')] },
    ];
    for (const { id, rows: lines } of told) await store.appendTranscript(transcript(lines, id));
    await store.indexNow();
    expect(countOf('needle')).toBe(25);
    const found: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const answer = ask('needle', { limit: 4, ...(cursor && { cursor }) });
      for (const { session, hits } of answer.sessions)
        for (const { snippet } of hits) found.push(`${session.id} ${snippet.text}`);
      cursor = answer.next;
    }
    const expected = [...rows.map(({ message }) => message.content), 'needle of the fork'].map((content) =>
      typeof content === 'string' ? content : (content as { text: string }[])[0]?.text,
    );
    expect(found.sort()).toEqual(
      expected.map((text) => `${text === 'needle of the fork' ? 's-2' : 's-1'} ${text}`).sort(),
    );
  });
});

describe('conditions', () => {
  beforeEach(async () => {
    await store.append([
      prompt(1, 'needle one', { session: 's-1', app: 'shop' }),
      call(2, { tool_input: { command: 'needle two' } }, { session: 's-1', app: 'shop' }),
      prompt(3, 'needle three', { session: 's-2', app: 'api' }),
      call(4, { tool_name: 'Grep', tool_input: { pattern: 'needle' } }, { session: 's-2', app: 'api' }),
    ]);
    await store.indexNow();
  });

  it.each([
    [{ kind: 'prompt' }, 2],
    [{ tool: 'Grep' }, 1],
    [{ tool: 'Nothing' }, 0],
    [{ app: 'api' }, 2],
    [{ app: 'api', kind: 'prompt' }, 1],
    [{ session: 's-1' }, 2],
    [{ fromMs: startMs + 3000 }, 2],
    [{ toMs: startMs + 3000 }, 2],
    [{ fromMs: startMs + 2000, toMs: startMs + 3000 }, 1],
  ] as const)('%j: %i hits', (conditions, hits) => {
    expect(countOf('needle', conditions)).toBe(hits);
  });

  it('count what else could be chosen', () => {
    const { facets, total } = ask('needle', { app: 'api', kind: 'prompt' });
    expect(total.hits).toBe(1);
    expect(facets.kinds).toEqual([
      { value: 'prompt', hits: 1 },
      { value: 'tool-input', hits: 1 },
    ]);
    expect(facets.apps).toEqual([
      { value: 'api', hits: 1 },
      { value: 'shop', hits: 1 },
    ]);
  });
});

it('pages through all hits, newest first, each once', async () => {
  await store.append(Array.from({ length: 57 }, (_, n) => prompt(n, `needle number ${n}`, { session: `s-${n % 3}` })));
  await store.indexNow();
  for (const order of ['newest', 'best'] as const) {
    const times: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 10; page += 1) {
      const answer = ask('needle', { limit: 10, order, ...(cursor && { cursor }) });
      times.push(...answer.sessions.flatMap(({ hits }) => hits.map(({ at }) => at)));
      if (answer.next === null) break;
      cursor = answer.next;
    }
    expect([...times].sort()).toEqual(Array.from({ length: 57 }, (_, n) => timeOf(n)).sort());
  }
  const { sessions } = ask('needle', { limit: 4 });
  expect(sessions.map(({ hits }) => hits.map(({ at }) => at))).toEqual([
    [timeOf(56), timeOf(53)],
    [timeOf(55)],
    [timeOf(54)],
  ]);
});

it('goes on where the time of a look was over, also when it found nothing yet', async () => {
  const old = Array.from({ length: 45 }, (_, n) => prompt(n, 'needle', { session: `old-${n}`, app: 'shop' }));
  await store.append(old);
  // More than one look takes, and none of the project that is asked for.
  const newer = Array.from({ length: 4100 }, (_, n) =>
    prompt(100 + n, `needle ${n}`, { session: 'other', app: 'bank' }),
  );
  for (let from = 0; from < newer.length; from += 500) await store.append(newer.slice(from, from + 500));
  await store.indexNow();

  for (const order of ['newest', 'best'] as const) {
    const found: string[] = [];
    let looks = 0;
    for (let cursor: string | null | undefined; cursor !== null && looks < 20; looks++) {
      const answer = inNoTime(() => ask('needle', { app: 'shop', order, ...(cursor && { cursor }) }));
      found.push(...answer.sessions.map(({ session }) => session.id));
      cursor = answer.next;
    }
    expect(found.sort()).toEqual(old.map((_, n) => `old-${n}`).sort());
    expect(looks).toBeGreaterThan(3);
  }
});

/** Each look at the clock finds it a second later: what has a time to end in ends after its first step. */
function inNoTime<T>(work: () => T): T {
  let ms = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (ms += 1000));
  try {
    return work();
  } finally {
    clock.mockRestore();
  }
}

it('puts first what is most about the words, and what people said before what tools printed', async () => {
  await store.append([
    call(1, { tool_response: { stdout: 'limiter' } }),
    prompt(2, 'limiter'),
    prompt(3, `limiter ${'and many other words '.repeat(50)}`),
  ]);
  await store.indexNow();
  const order = (by: 'newest' | 'best') =>
    ask('limiter', { order: by }).sessions.flatMap(({ hits }) => hits.map(({ at }) => at));
  expect(order('newest')).toEqual([3, 2, 1].map(timeOf));
  expect(order('best')).toEqual([2, 3, 1].map(timeOf));
});

describe('deletion', () => {
  // Rare letters, whole and their ends: FTS5 writes of a word only what the word before it does not have.
  const word = (n: number) => `zqxj${n}wvkyq${n * 7919}`;

  function bytes(): string {
    return readdirSync(folder())
      .map((name) => readFileSync(join(folder(), name), 'latin1'))
      .join('\n');
  }
  const ends = Array.from({ length: 60 }, (_, n) => `wvkyq${n * 7919}`);

  it('takes a session’s words out of the index and off the disk, and leaves the others', async () => {
    for (let n = 0; n < 60; n += 1) {
      await store.append([
        prompt(n, `wombat ${word(n)}`),
        call(n + 100, {
          tool_name: `mcp__${word(n)}__look`,
          tool_response: { stdout: `${word(n)} ${'y '.repeat(n * 40)}` },
        }),
        prompt(n, `other wombat ${n}`, { session: 's-2' }),
      ]);
    }
    await store.appendTranscript(transcript(Array.from({ length: 60 }, (_, n) => said(`said ${word(n)}`))));
    await store.compressNow({ keepFresh: 10 });
    await store.indexNow();
    expect(countOf('wombat')).toBe(120);
    const before = bytes();
    expect(ends.filter((end) => before.includes(end)).length).toBeGreaterThan(50);

    expect(await store.deleteSession('s-1')).toBe(true);
    expect(countOf('wombat')).toBe(60);
    expect(ask(word(7))).toMatchObject({ sessions: [], total: { hits: 0 } });
    const after = bytes();
    expect(ends.filter((end) => after.includes(end))).toEqual([]);
    await store.close();
    const connection = openConnection(join(folder(), 'telltale.db'));
    expect(connection.prepare('SELECT count(*) FROM search_docs').pluck().get()).toBe(60);
    expect(connection.prepare('SELECT name FROM search_tools').pluck().all()).toEqual([]);
    connection.exec("INSERT INTO search_words_1 (search_words_1) VALUES ('integrity-check')");
    connection.exec("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'search_words_1', 'row')");
    const terms = connection.prepare<[], string>('SELECT term FROM terms').pluck().all();
    expect(terms).toContain('wombat');
    expect(terms.filter((term) => term.includes('zqxj'))).toEqual([]);
    connection.close();
  });

  it('is made up for at the next start where the service was killed before the words were off the disk', async () => {
    // Less than is merged away of itself.
    const mine = Array.from({ length: 5 }, (_, n) => prompt(n, `wombat ${word(n)}`));
    const others = Array.from({ length: 120 }, (_, n) => prompt(n, `other ${n}`, { session: 's-2' }));
    await store.append([...mine, ...others]);
    await store.indexNow();
    const left = () => ends.slice(0, 5).filter((end) => bytes().includes(end));
    let crashed: SqliteStore | undefined;
    await store.deleteSession('s-1', () => {
      crashed = openCrashed();
    });
    await store.close();
    expect(left()).toHaveLength(5);
    await crashed?.indexNow();
    expect(countOf('wombat', {}, crashed)).toBe(0);
    expect(countOf('other', {}, crashed)).toBe(120);
    expect(left()).toEqual([]);
  });

  it('finds what comes of a session after it was deleted, although numbers of entries are used again', async () => {
    await store.appendTranscript(transcript([said('first'), said('second')]));
    await store.indexNow();
    await store.deleteSession('s-1');
    await store.appendTranscript(transcript([said('kept')], 's-2'));
    await store.indexNow();
    expect([countOf('first'), countOf('kept')]).toEqual([0, 1]);
  });
});

describe('a crash', () => {
  const all = Array.from({ length: 40 }, (_, n) => prompt(n, `needle ${n}`));

  it('between any two transactions of the index loses nothing and doubles nothing', async () => {
    await store.append(all);
    await store.appendTranscript(transcript(all.map((_, n) => said(`needle ${n}`))));
    const whole = store.indexNow();
    let crashes = 0;
    const crashed: SqliteStore[] = [];
    let isDone = false;
    void whole.then(() => {
      isDone = true;
    });
    while (!isDone && crashes < 20) {
      crashed.push(openCrashed());
      crashes += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await whole;
    expect(crashes).toBeGreaterThan(2);
    const counts: number[] = [];
    for (const one of crashed) {
      await one.indexNow();
      counts.push(countOf('needle', {}, one));
    }
    expect(counts).toEqual(crashed.map(() => 40));
  });

  it('in the middle of a deletion leaves the session found as a whole, or not there at all', async () => {
    await store.append(all);
    await store.append(Array.from({ length: 100 }, (_, n) => call(1000 + n, { tool_response: { stdout: 'needle' } })));
    await store.indexNow();
    expect(countOf('needle')).toBe(140);
    const deleted = store.deleteSession('s-1');
    const crashed: SqliteStore[] = [];
    let isDone = false;
    void deleted.then(() => {
      isDone = true;
    });
    while (!isDone && crashed.length < 15) {
      crashed.push(openCrashed());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await deleted;
    const counts = new Set<number>();
    let inTheMiddle = 0;
    for (const one of crashed) {
      const left = countOf('needle', {}, one);
      if (left > 0 && left < 140) inTheMiddle += 1;
      await one.indexNow();
      counts.add(countOf('needle', {}, one));
    }
    expect(inTheMiddle).toBeGreaterThan(0);
    expect([...counts].every((count) => count === 140 || count === 0)).toBe(true);
  });
});

it('is made anew where its texts were taken by another rule', async () => {
  await store.append([prompt(1, 'needle')]);
  await store.indexNow();
  await store.close();
  const connection = openConnection(join(folder(), 'telltale.db'));
  connection.exec("UPDATE search_state SET value = 999 WHERE key = 'version'");
  connection.close();
  store = open();
  expect(ask('needle').index).toEqual({ isBuilding: true, share: 0, waiting: 1 });
  await store.indexNow();
  expect(countOf('needle')).toBe(1);
  expect(existsSync(join(folder(), 'telltale.db'))).toBe(true);
});

describe('retention', () => {
  it('takes what it lets go of out of the index, and what stays is found', async () => {
    await store.close();
    store = open({ retention: { resultsDays: 0 } });
    await store.append([
      prompt(1, 'needle asked'),
      call(2, {
        tool_input: { command: 'needle typed' },
        tool_response: { stdout: `needle printed ${'x '.repeat(200)}` },
      }),
      prompt(3, 'needle elsewhere', { session: 's-2' }),
    ]);
    await store.compressNow();
    await store.indexNow();
    expect(countOf('needle')).toBe(4);
    await store.pruneNow();
    expect(countOf('needle', { session: 's-1' })).toBe(0);
    await store.indexNow();
    expect(countOf('needle')).toBe(3);
    expect(countOf('printed')).toBe(0);
    expect(countOf('typed')).toBe(1);
  });
});
