import type { TelltaleEvent } from '@telltale/core';
import { describe, expect, it } from 'vitest';
import { createFeed, type Feed } from './feed.ts';
import type { FeedRow } from './feed-row.ts';

const start = Date.parse('2026-11-21T10:00:00.000Z');

function event(seq: number, name: string, more: Partial<TelltaleEvent> = {}): TelltaleEvent {
  const at = new Date(start + seq * 1000).toISOString();
  const base = { seq, id: `e${seq}`, source: 'hook' as const, name, sessionId: 's1', app: 'api', at, summary: name };
  return { ...base, payload: {}, ...more };
}

const pre = (seq: number, id: string, tool = 'Bash') =>
  event(seq, 'PreToolUse', { toolUseId: id, toolName: tool, summary: `${tool} npm test` });
const post = (seq: number, id: string, tool = 'Bash') =>
  event(seq, 'PostToolUse', { toolUseId: id, toolName: tool, summary: `${tool} npm test`, outcome: 'ok' });
const prompt = (seq: number) => event(seq, 'UserPromptSubmit', { payload: { prompt: 'go on' } });

const lines = (feed: Feed) => feed.rows.map((row) => `${row.key} ${row.label} ${row.state}`);
const bashOnly = (row: FeedRow) => row.action.toolName === 'Bash';
const finish = (feed: Feed) => {
  while (feed.filtering) feed.continueFilter({ budgetMs: 1000 }, () => 0);
};

describe('rows', () => {
  it('makes one row of one action, which changes where it stands', () => {
    const feed = createFeed();
    feed.append([pre(1, 'a'), { ...prompt(2), sessionId: 's2' }]);
    const before = lines(feed);
    feed.append([post(3, 'a')]);
    expect([before, lines(feed)]).toEqual([
      ['1 Bash running', '2 prompt noted'],
      ['1 Bash ok', '2 prompt noted'],
    ]);
    expect(feed.rows[0]?.events.map((kept) => [kept.seq, 'payload' in kept])).toEqual([
      [1, false],
      [3, false],
    ]);
  });

  it('makes one row of a call that telemetry tells first', () => {
    const feed = createFeed();
    const told = { source: 'otel' as const, toolUseId: 'a', toolName: 'Bash' };
    const decision = event(1, 'tool_decision', { ...told, summary: 'allowed Bash by config' });
    const result = event(2, 'tool_result', { ...told, summary: 'Bash', outcome: 'ok', durationMs: 40 });
    const texts = [decision, result, pre(3, 'a'), post(4, 'a')].map((next) => {
      feed.append([next]);
      return `${lines(feed)} ${feed.rows[0]?.text}`.trim();
    });
    expect(texts).toEqual(['1 Bash running', '1 Bash ok', '1 Bash ok npm test', '1 Bash ok npm test']);
    expect(feed.rows[0]?.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('has the duration of a request of the API in its column, not in its text', () => {
    const feed = createFeed();
    const told = { source: 'otel' as const, durationMs: 1200, summary: 'haiku · 2 in · 5 out · 1.2 s' };
    feed.append([event(1, 'api_request', told)]);
    const [row] = feed.rows;
    expect([row?.label, row?.text, row?.action.durationMs]).toEqual(['API request', 'haiku · 2 in · 5 out', 1200]);
  });

  it('takes an event once, however often it comes', () => {
    const feed = createFeed();
    feed.append([pre(1, 'a'), post(2, 'a')]);
    feed.append([pre(1, 'a'), post(2, 'a'), prompt(3), prompt(3)]);
    expect([lines(feed), feed.rows[0]?.events.length]).toEqual([['1 Bash ok', '3 prompt noted'], 2]);
  });

  it('shows each call of a batch that never ran', () => {
    const call = (id: string) => ({
      ...{ tool_use_id: id, tool_name: 'Edit', tool_input: { file_path: '/x' } },
      tool_response: '<tool_use_error>File does not exist.</tool_use_error>',
    });
    const feed = createFeed();
    feed.append([event(1, 'PostToolBatch', { payload: { tool_calls: [call('a'), call('b')] } }), prompt(2)]);
    expect(feed.rows.map((row) => [row.action.toolUseId, row.state])).toEqual([
      ['a', 'never-ran'],
      ['b', 'never-ran'],
      [undefined, 'noted'],
    ]);
  });

  it('puts what was skipped where it belongs', () => {
    const feed = createFeed();
    feed.append([prompt(1), prompt(9)]);
    feed.append([prompt(5)]);
    expect(feed.rows.map((row) => row.key)).toEqual([1, 5, 9]);
  });
});

describe('history', () => {
  it('puts older rows in front, and moves a call to where it began', () => {
    const feed = createFeed();
    feed.append([post(10, 'a'), prompt(11), prompt(12)]);
    feed.prepend([prompt(9), pre(8, 'a'), prompt(7)], true);
    expect(feed.rows.map((row) => row.key)).toEqual([7, 8, 9, 11, 12]);
    expect(feed.heldFrom).toBe(7);
  });

  it('never lets the end of an old turn end what runs now', () => {
    const feed = createFeed();
    feed.append([pre(10, 'a')]);
    feed.prepend([prompt(1), event(2, 'Stop')], true);
    expect(lines(feed)).toEqual(['1 prompt noted', '2 turn finished noted', '10 Bash running']);
  });

  it('joins the halves of a subagent across pages, whichever comes first', () => {
    const agent = { agentId: 'g1', agentType: 'Explore' };
    const feed = createFeed();
    feed.append([event(20, 'SubagentStop', agent)]);
    feed.prepend([event(5, 'SubagentStart', agent), event(6, 'SubagentStart', { ...agent, agentId: 'g2' })], true);
    feed.append([event(30, 'SubagentStop', { ...agent, agentId: 'g2' })]);
    expect(lines(feed)).toEqual(['5 Explore ok', '6 Explore ok']);
    expect(feed.rows.map((row) => row.action.durationMs)).toEqual([15_000, 24_000]);
  });

  it('brings older matches for one filter only', () => {
    const feed = createFeed();
    feed.append([pre(50, 'x')]);
    feed.setFilter(bashOnly);
    finish(feed);
    feed.prepend([pre(3, 'y'), post(4, 'y')], false);
    const filtered = lines(feed);
    feed.setFilter(undefined);
    expect([filtered, lines(feed), feed.heldFrom]).toEqual([['3 Bash ok', '50 Bash running'], ['50 Bash running'], 50]);
  });
});

describe('filter', () => {
  it('tries rows newest first, in slices, and new ones as they come', () => {
    const feed = createFeed();
    feed.append(
      Array.from({ length: 2000 }, (_, index) => (index % 2 ? prompt(index + 1) : pre(index + 1, `t${index}`))),
    );
    feed.setFilter(bashOnly);
    let now = 0;
    feed.continueFilter({ budgetMs: 5 }, () => (now += 3));
    const firstSlice = feed.rows.length;
    const newest = feed.rows.at(-1)?.key;
    finish(feed);
    feed.append([pre(3000, 'new'), prompt(3001)]);
    expect([firstSlice > 0 && firstSlice < 1000, newest, feed.rows.length, feed.rows.at(-1)?.key]).toEqual([
      true,
      1999,
      1001,
      3000,
    ]);
    expect(feed.rows.map((row) => row.key)).toEqual(feed.rows.map((row) => row.key).sort((a, b) => a - b));
  });

  it('shows the newest that were asked for first, and then the whole', () => {
    const feed = createFeed();
    feed.append(
      Array.from({ length: 1000 }, (_, index) => (index % 2 ? prompt(index + 1) : pre(index + 1, `t${index}`))),
    );
    feed.setFilter(bashOnly);
    feed.continueFilter({ budgetMs: 1000, enough: 3 }, () => 0);
    const first = [feed.filtering, ...feed.rows.map((row) => row.key)];
    finish(feed);
    expect([first, feed.rows.length, feed.filtering]).toEqual([[true, 995, 997, 999], 500, false]);
  });

  it('shows a row that comes to match, where it stands', () => {
    const feed = createFeed();
    feed.append([pre(1, 'a'), pre(2, 'b'), prompt(3)]);
    feed.setFilter((row) => row.state === 'failed');
    finish(feed);
    const failed = (seq: number, id: string) =>
      event(seq, 'PostToolUseFailure', { toolUseId: id, toolName: 'Bash', outcome: 'failed' });
    feed.append([failed(4, 'b'), failed(5, 'a')]);
    expect(feed.rows.map((row) => row.key)).toEqual([1, 2]);
  });
});

describe('bounds', () => {
  it('drops the oldest rows and knows from where on it holds all', () => {
    const feed = createFeed({ maxRows: 100, maxTextChars: Number.POSITIVE_INFINITY });
    for (let seq = 1; seq <= 1000; seq += 1) feed.append([prompt(seq)]);
    const first = feed.rows[0]?.key ?? 0;
    expect(feed.rows.length).toBeLessThanOrEqual(100);
    expect(feed.rows.length).toBeGreaterThanOrEqual(89);
    expect([feed.rows.at(-1)?.key, feed.heldFrom]).toEqual([1000, first]);
  });

  it('is bounded by search text, too', () => {
    const feed = createFeed({ maxRows: 1e6, maxTextChars: 1000 }, () => 'x'.repeat(100));
    for (let seq = 1; seq <= 100; seq += 1) feed.append([prompt(seq)]);
    expect(feed.rows.length).toBeLessThanOrEqual(10);
    expect(feed.rows.at(-1)?.key).toBe(100);
  });

  it('keeps its newest rows, whatever was deleted or looked for before', () => {
    const feed = createFeed({ maxRows: 1000, maxTextChars: 100 }, () => 'x'.repeat(20));
    for (let round = 0; round < 5; round += 1) {
      const session = `gone-${round}`;
      feed.append([{ ...prompt(100 + round), sessionId: session }]);
      feed.removeSessions(new Set([session]));
      feed.setFilter(bashOnly);
      feed.prepend([pre(2 * round + 1, `old-${round}`)], false);
      feed.setFilter(undefined);
    }
    feed.append([prompt(200), prompt(201), prompt(202), prompt(203)]);
    feed.append([prompt(204)]);
    expect(feed.rows.map((row) => row.key)).toEqual([200, 201, 202, 203, 204]);
  });

  it('forgets the rows of deleted sessions', () => {
    const feed = createFeed();
    feed.append([prompt(1), { ...prompt(2), sessionId: 's2' }, prompt(3)]);
    feed.removeSessions(new Set(['s1']));
    expect(feed.rows.map((row) => row.key)).toEqual([2]);
  });
});
