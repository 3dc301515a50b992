import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { entriesOf, eventsOf, sessionsOf, transcriptScenarios } from '../fixtures/transcript.ts';
import { sessionFromTranscript } from '../fixtures/transcript-session.ts';
import type { SessionCost } from './cost-view.ts';
import type { TelltaleEvent } from './event.ts';
import {
  type AmsEvent,
  amsIndex,
  amsIndexSchema,
  amsJsonSchema,
  amsKeys,
  amsSession,
  amsSessionSchema,
  csvColumns,
  csvLines,
  type ExportSources,
  exportFormats,
  exportName,
  homeMask,
  sessionDocument,
} from './export.ts';
import { isFields } from './fields.ts';
import { personalRules } from './redact.ts';
import type { Session } from './session-view.ts';
import { buildStory, type StoryItem } from './story.ts';

const facts = { version: '1.2.3', exportedAt: '2026-11-21T12:00:00.000Z', isMasked: false };
const all = transcriptScenarios.flatMap((scenario) =>
  sessionsOf(scenario).map((id) => [`${scenario} ${id.slice(0, 8)}`, sourcesOf(scenario, id)] as const),
);

function sourcesOf(scenario: string, id: string): ExportSources {
  const entries = entriesOf(scenario, id);
  const session = sessionFromTranscript(entries, { sessionId: id, now: Date.parse('2027-01-01'), app: 'shop' });
  return { session: session as Session, entries, events: eventsOf(scenario, id) };
}

describe('amsSession', () => {
  it.each(all)('tells all of %s, and fits its own schema', (_, sources) => {
    const document = amsSession(sources, facts, { thinking: true });
    expect(amsSessionSchema.strict().parse(JSON.parse(JSON.stringify(document)))).toEqual(
      JSON.parse(JSON.stringify(document)),
    );
    const story = buildStory(sources);
    const items = story.turns.flatMap((turn) => flatItems(turn.items));
    const events = flatEvents(document.events);
    expect(events.map(({ index }) => index)).toEqual(events.map((_, index) => index));
    const calls = events.flatMap((event) => (event.type === 'tool_call' ? [event['gen_ai.tool.call.id']] : []));
    expect(calls).toEqual(items.flatMap((item) => (item.kind === 'action' ? [item.action.toolUseId] : [])));
    expect(document.totals.subagents).toBe(items.filter(({ kind }) => kind === 'subagent').length);
    expect(document.totals.prompts).toBe(story.prompts);
    const texts = items.flatMap((item) => (item.kind === 'text' ? [item.text] : []));
    const said = events.flatMap((event) => (event.type === 'llm_message' ? [event.text] : [])).join('\n\n');
    for (const text of texts) expect(said).toContain(text);
  });

  it.each(all)('counts the tokens of each request of %s once', (_, sources) => {
    const { totals, events } = amsSession(sources, facts, { thinking: true });
    const byRequest = new Map<string, number>();
    for (const { line } of sources.entries) {
      const message = isFields(line.message) ? line.message : {};
      const usage = isFields(message.usage) ? message.usage : undefined;
      if (!usage || message.model === '<synthetic>' || line.type !== 'assistant') continue;
      const id = String(line.requestId ?? message.id);
      byRequest.set(id, Math.max(byRequest.get(id) ?? 0, Number(usage.output_tokens)));
    }
    const output = [...byRequest.values()].reduce((sum, count) => sum + count, 0);
    expect(totals['gen_ai.usage.output_tokens']).toBe(output);
    const messages = flatEvents(events).flatMap((event) => (event.type === 'llm_message' ? [event] : []));
    const ids = messages.flatMap(({ request_id }) => request_id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells why a subagent was started, what it did and where its transcript lies', () => {
    const sources = sourceOf('subagents');
    const subagents = amsSession(sources, facts, { thinking: true }).events.flatMap((event) =>
      event.type === 'subagent' ? [event] : [],
    );
    expect(subagents.length).toBeGreaterThan(0);
    for (const { why, events, transcript_path, tool_calls } of subagents) {
      expect(why?.length).toBeGreaterThan(5);
      expect(transcript_path).toMatch(/agent-\w+\.jsonl$/);
      expect(events.filter(({ type }) => type === 'tool_call').length).toBe(tool_calls);
    }
  });

  it('leaves out what was thought where it shall', () => {
    const sources = sourceOf('thinking');
    const thoughts = (thinking: boolean) =>
      flatEvents(amsSession(sources, facts, { thinking }).events).filter(
        (event) => event.type === 'llm_message' && event.thinking !== undefined,
      ).length;
    expect(thoughts(true)).toBeGreaterThan(0);
    expect(thoughts(false)).toBe(0);
  });

  it('has what each request cost, where a ledger knows it', () => {
    const sources = sourceOf('hello');
    const [message] = messagesOf(sources);
    const cost = costOf(sources, message?.request_id ?? '');
    const priced = { ...sources, cost };
    const [told] = messagesOf(priced);
    expect(told).toMatchObject({ cost_usd: 0.25, duration_ms: 1200, 'gen_ai.usage.input_tokens': 60 });
    const { totals } = amsSession(priced, facts, { thinking: true });
    expect(totals).toMatchObject({ cost_usd: 0.25, cost_source: 'events', api_duration_ms: 1200 });
    expect(amsSession(sources, facts, { thinking: true }).totals).not.toHaveProperty('cost_usd');
  });

  it('has a published schema, generated from the one in use', () => {
    const committed = readFileSync(new URL('../../../docs/ams.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(committed), 'run `npm run schema -w packages/core`').toEqual(amsJsonSchema());
  });

  it('says which agent it was and on what it worked, and lasts until its end', () => {
    const sources = sourceOf('hello');
    const startedAt = Date.parse(sources.session.startedAt);
    const session: Session = {
      ...sources.session,
      ...{ endedAt: new Date(startedAt + 3_600_000).toISOString(), repo: 'github.com/ada/shop', commit: 'c0ffee' },
    };
    const resource = { 'gen_ai.agent.name': 'reviewer', 'gen_ai.agent.version': '3' };
    const told = { ...sources.events[0], source: 'otel', payload: { resource } } as TelltaleEvent;
    const ofAgent = (events: readonly TelltaleEvent[]) =>
      amsSession({ ...sources, session, events: [...sources.events, ...events] }, facts, { thinking: true });
    expect(ofAgent([told])).toMatchObject({
      ...{ ...resource, ended_at: session.endedAt, totals: { duration_ms: 3_600_000 } },
      metadata: { repo: 'github.com/ada/shop', commit: 'c0ffee', ...resource },
    });
    expect(ofAgent([])).toMatchObject({ 'gen_ai.agent.name': 'claude-code', 'gen_ai.agent.version': '2.1.329' });
  });

  it('makes a small index of it, and places both by day and id', () => {
    const document = amsSession(sourceOf('hello'), { ...facts, environment: 'staging' }, { thinking: true });
    const keys = amsKeys(document, 'ams');
    const day = document.started_at.slice(0, 10).replaceAll('-', '/');
    expect(keys).toEqual({
      session: `ams/sessions/${day}/${document.session_id}.json`,
      index: `ams/index/${document.session_id}.json`,
    });
    const index = amsIndex(document, keys.session);
    expect(amsIndexSchema.strict().parse(index)).toEqual(index);
    expect(index).toMatchObject({ key: keys.session, environment: 'staging', totals: document.totals });
    expect(index).not.toHaveProperty('events');
    expect(amsKeys({ ...document, session_id: '../../etc/x' }).index).toBe('index/%2E%2E%2F..%2Fetc%2Fx.json');
  });
});

describe('sessionDocument', () => {
  it.each(all)('holds the whole story of %s', (_, sources) => {
    const document = sessionDocument(sources, facts);
    const story = buildStory(sources);
    expect(document.prompts.map(({ prompt }) => prompt)).toEqual(story.turns.map(({ text }) => text));
    const text = JSON.stringify(document);
    for (const item of story.turns.flatMap((turn) => flatItems(turn.items))) {
      if (item.kind === 'action' && item.action.toolUseId) expect(text).toContain(item.action.toolUseId);
      if (item.kind === 'text') expect(text).toContain(JSON.stringify(item.text));
    }
  });

  it('tells the cost of each prompt', () => {
    const sources = sourceOf('hello');
    const promptId = buildStory(sources).turns.find(({ kind }) => kind === 'typed')?.promptId ?? '';
    const cost = costOf(sources, 'req_1', promptId);
    const { prompts } = sessionDocument({ ...sources, cost }, facts);
    expect(prompts.find((prompt) => prompt.promptId === promptId)).toMatchObject({ costUsd: 0.25, requests: 1 });
  });
});

describe('csvLines', () => {
  it.each(all)('has a row for each prompt and each call of %s, and every row has all columns', (_, sources) => {
    const rows = readCsv([...csvLines(sources)].join(''));
    expect(rows[0]).toEqual([...csvColumns]);
    for (const row of rows) expect(row.length).toBe(csvColumns.length);
    const column = csvColumns.indexOf('row');
    const story = buildStory(sources);
    const items = story.turns.flatMap((turn) => flatItems(turn.items));
    const rowsOf = (kind: string) => rows.filter((row) => row[column] === kind).length;
    expect(rowsOf('call')).toBe(items.filter(({ kind }) => kind === 'action').length);
    expect(rowsOf('prompt')).toBe(story.prompts);
    expect(rowsOf('subagent')).toBe(items.filter(({ kind }) => kind === 'subagent').length);
  });

  it('makes words of what a spreadsheet would run', () => {
    const sources = sourceOf('hello');
    for (const text of ['=1+1', '+cmd|x!A1', '-2+3', '@SUM(A1)', '\t=1', '  =HYPERLINK("x")', '\r=1', '＝1']) {
      const events = sources.events.map((event) =>
        event.name === 'UserPromptSubmit' ? { ...event, payload: { ...event.payload, prompt: text } } : event,
      );
      const rows = readCsv([...csvLines({ ...sources, events, entries: [] })].join(''));
      const summaries = rows.slice(1).map((row) => row[csvColumns.indexOf('summary')]);
      expect(summaries).toContain(`'${text}`);
    }
  });
});

it('takes the name of a person out of the paths of their folder, also as JSON spells them', () => {
  const mask = homeMask({ user: 'ada.l', cwd: '/work' });
  expect(mask('/home/ada.l/shop /Users/ada.l C:\\\\Users\\\\ada.l\\\\x -home-ada.l-shop')).toBe(
    '/home/[redacted:user]/shop /Users/[redacted:user] C:\\\\Users\\\\[redacted:user]\\\\x -home-[redacted:user]-shop',
  );
  expect(mask('/home/adaxl /home/ada.loo /srv/ada.l ada.l')).toBe('/home/adaxl /home/ada.loo /srv/ada.l ada.l');
  expect(homeMask({ cwd: '/home/bob/shop' })('/home/bob/shop')).toBe('/home/[redacted:user]/shop');
  expect(homeMask({ cwd: '/srv/shop' })('/home/bob/shop')).toBe('/home/bob/shop');
});

it('is told in docs/export.md: every column, event, format and kind of personal data', () => {
  const text = readFileSync(new URL('../../../docs/export.md', import.meta.url), 'utf8');
  const rowsOf = (heading: string) => text.split(heading)[1]?.split(/^#/m)[0] ?? '';
  const named = (part: string, pattern = /`([a-z_]+)`/g) => [...part.matchAll(pattern)].map(([, name]) => name);
  const columns = rowsOf('### Columns of the CSV')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(columns.flatMap((line) => named(line.split('|')[1] ?? '')).sort()).toEqual([...csvColumns].sort());
  expect(
    rowsOf('## A session as a file')
      .match(/^\| `\w+`/gm)
      ?.map((row) => row.slice(3, -1))
      .sort(),
  ).toEqual([...exportFormats].sort());
  const types = JSON.stringify(amsJsonSchema()).matchAll(/"const":"([a-z_]+)"/g);
  const events = new Set(
    [...types]
      .map(([, type]) => type)
      .filter((type) => !['anthropic', 'chat', 'execute_tool', 'invoke_agent'].includes(type ?? '')),
  );
  const told = rowsOf('### The document')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => named(line.split('|')[1] ?? ''));
  expect(told.sort()).toEqual([...events].sort());
  expect(named(text, /^\| `\[redacted:([a-z-]+)\]`/gm).sort()).toEqual(
    [...new Set(personalRules.map(({ name }) => name))].sort(),
  );
});

it('names a file by project, day and id, whatever the project is called', () => {
  const { session } = sourceOf('hello');
  const nameOf = (app: string) =>
    exportName({ ...session, app, id: '9f86d081-aaaa', startedAt: '2026-11-21T10:00:00Z' });
  expect(nameOf('my app/../x')).toBe('telltale-my-app-..-x-2026-11-21-9f86d081');
  expect(nameOf('日本')).toBe('telltale-2026-11-21-9f86d081');
});

function sourceOf(scenario: string): ExportSources {
  return sourcesOf(scenario, sessionsOf(scenario)[0] ?? '');
}

function messagesOf(sources: ExportSources) {
  const { events } = amsSession(sources, facts, { thinking: true });
  return flatEvents(events).flatMap((event) => (event.type === 'llm_message' ? [event] : []));
}

function costOf({ session }: ExportSources, id: string, promptId?: string): SessionCost {
  const tokens = { input: 10, output: 5, cacheRead: 20, cacheCreation: 30 };
  const part = { costUsd: 0.25, estimatedUsd: 0, requests: 1, tokens };
  return {
    ...{ sessionId: session.id, costUsd: 0.25, costSource: 'events', estimatedUsd: 0, unattributedUsd: 0 },
    ...{ inheritedUsd: 0, tokens, unpricedModels: [], said: {}, byModel: [], byAgent: [], activity: {} },
    byPrompt: promptId === undefined ? [] : [{ ...part, key: promptId }],
    requests: [
      {
        ...{ kind: 'request', id, at: session.startedAt, model: 'm', costUsd: 0.25, tokens },
        cacheCreation1h: 0,
        durationMs: 1200,
      },
    ],
    priceDifferences: [],
  };
}

function flatItems(items: readonly StoryItem[]): StoryItem[] {
  return items.flatMap((item) => (item.kind === 'subagent' ? [item, ...flatItems(item.items)] : [item]));
}

function flatEvents(events: readonly AmsEvent[]): AmsEvent[] {
  return events.flatMap((event) => (event.type === 'subagent' ? [event, ...flatEvents(event.events)] : [event]));
}

/** RFC 4180, as a spreadsheet reads it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const match of text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|$)/g)) {
    const [whole, cell = '', end] = match;
    if (whole === '') break;
    rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === '\r\n') rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}
