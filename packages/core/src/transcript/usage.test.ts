import { expect, it } from 'vitest';
import { servedIn, servedScenarios } from '../../fixtures/served.ts';
import { entriesOf, sessionsOf, transcriptScenarios } from '../../fixtures/transcript.ts';
import { priceOf } from '../pricing.ts';
import { lineFacts } from './line.ts';
import { fuller, promptIdOf, requestOf, type SaidRequest, usageOf } from './usage.ts';

/** What the client said at the end that its conversation cost, in dollars; `interactive` ended without saying. */
const charged: Record<string, number> = {
  'api-errors': 0.0145168,
  compact: 0.0316462,
  denied: 0.0245522,
  'git-commit': 0.0240432,
  hello: 0.0096256,
  mcp: 0.0195644,
  'multi-turn': 0.0352024,
  subagents: 0.0528684,
  tasks: 0.02669,
  thinking: 0.0169198,
  tools: 0.0342492,
};

/** Every request of a scenario once, as the service will count them. */
function requestsOf(scenario: string): SaidRequest[] {
  const byId = new Map<string, SaidRequest>();
  for (const entry of sessionsOf(scenario).flatMap((session) => entriesOf(scenario, session))) {
    const request = requestOf(entry);
    if (!request) continue;
    const known = byId.get(request.id);
    byId.set(request.id, known ? fuller(known, request) : request);
  }
  return [...byId.values()];
}

const entry = (line: Record<string, unknown>) => ({ seq: 1, sessionId: 's', ...lineFacts(line) });
const row = (message: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  entry({ type: 'assistant', timestamp: '2026-11-21T10:00:00Z', requestId: 'req_1', message, ...more });

// A compaction asks the API, too, and no row of the transcript tells its usage.
const isTold = ({ kind }: { kind: string }) => kind !== 'compact';
const served = (recording: string) =>
  servedIn(recording).requests.map(({ requestId, kind, model, usage: { cacheWrite, ...usage } }) => ({
    ...{ id: requestId, kind, model, ...usage, cacheCreation: cacheWrite },
  }));

it.each(servedScenarios)('tells every request that the API served, with all of its tokens: %s', (name) => {
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  const said = requestsOf(name).map(({ id, model, tokens }) => ({ id, model, ...tokens }));
  const told = served(name)
    .filter(isTold)
    .map(({ kind: _, ...request }) => request);
  expect(said.sort(byId)).toEqual(told.sort(byId));
});

it.each(Object.entries(charged))(
  'is worth what the client charged, to the billionth of a dollar: %s',
  (name, costUsd) => {
    const sum = (list: readonly (number | undefined)[]) =>
      list.reduce<number>((all, one) => all + (one ?? Number.NaN), 0);
    const said = sum(requestsOf(name).map((one) => priceOf(one.model, usageOf(one), one)?.nanos));
    const untold = served(name)
      .filter((one) => !isTold(one))
      .map((one) => priceOf(one.model, { ...one, cacheCreation1h: 0 }));
    expect(said + sum(untold.map((price) => price?.nanos))).toBe(Math.round(costUsd * 1e9));
    expect(untold).toHaveLength(name === 'compact' ? 1 : 0);
  },
);

it('counts every request of every recording once, and nothing of what the client wrote itself', () => {
  for (const scenario of transcriptScenarios) {
    const entries = sessionsOf(scenario).flatMap((session) => entriesOf(scenario, session));
    const ids = new Set(entries.flatMap(({ line }) => (typeof line.requestId === 'string' ? [line.requestId] : [])));
    for (const request of requestsOf(scenario)) {
      expect(ids).toContain(request.id);
      expect(request.model).toMatch(/^claude-/);
      expect(priceOf(request.model, usageOf(request))?.nanos).toBeGreaterThan(0);
    }
  }
});

it('tells who asked, with which version, for which agent', () => {
  const [session = ''] = sessionsOf('background-subagent-new');
  const requests = entriesOf('background-subagent-new', session).flatMap((one) => requestOf(one) ?? []);
  expect(requests.map(({ agentId, clientVersion }) => [agentId, clientVersion])).toEqual([
    [undefined, '2.1.329'],
    [undefined, '2.1.329'],
    [undefined, '2.1.329'],
    ['aad68cd75cc15b9dd', '2.1.329'],
    ['aad68cd75cc15b9dd', '2.1.329'],
    ['aad68cd75cc15b9dd', '2.1.329'],
  ]);
  const prompts = entriesOf('background-subagent-new', session).map(promptIdOf);
  expect(new Set(prompts.filter((id) => id !== undefined)).size).toBe(2);
});

it('tells the same request in both files of a fork', () => {
  const ids = sessionsOf('forked-new').map((session) => [
    ...new Set(entriesOf('forked-new', session).flatMap((one) => requestOf(one)?.id ?? [])),
  ]);
  expect(ids.map((list) => list.length).sort()).toEqual([2, 3]);
  expect(new Set(ids.flat()).size).toBe(3);
});

it('reads everything that has a price', () => {
  const usage = {
    input_tokens: 1,
    output_tokens: 2,
    cache_read_input_tokens: 3,
    cache_creation_input_tokens: 10,
    cache_creation: { ephemeral_5m_input_tokens: 6, ephemeral_1h_input_tokens: 4 },
    server_tool_use: { web_search_requests: 2, web_fetch_requests: 9 },
    speed: 'fast',
    inference_geo: 'us',
  };
  const request = requestOf(row({ model: 'claude-opus-5-5[1m]', usage }, { version: '2.1.329', promptId: 'p' }));
  expect(request).toEqual({
    id: 'req_1',
    sessionId: 's',
    at: '2026-11-21T10:00:00.000Z',
    model: 'claude-opus-5-5',
    promptId: 'p',
    speed: 'fast',
    clientVersion: '2.1.329',
    tokens: { input: 1, output: 2, cacheRead: 3, cacheCreation: 10 },
    cacheCreation1h: 4,
    webSearches: 2,
    geo: 'us',
  });
});

it('believes the sum of cache writes where the split says nothing, or too much', () => {
  const of = (cache_creation: unknown) =>
    requestOf(row({ model: 'm', usage: { cache_creation_input_tokens: 100, cache_creation } }))?.cacheCreation1h;
  // What the client itself charges for each was measured: all as 5 minutes, part, all as an hour.
  expect([
    of(undefined),
    of({}),
    of({ ephemeral_1h_input_tokens: 30 }),
    of({ ephemeral_1h_input_tokens: 150 }),
  ]).toEqual([0, 0, 30, 100]);
});

it('takes no count that can be none: one row must not spoil every sum', () => {
  const usage = {
    input_tokens: 1e300,
    output_tokens: -3,
    cache_read_input_tokens: 'many',
    cache_creation_input_tokens: 7,
  };
  expect(requestOf(row({ model: 'm', usage }))?.tokens).toEqual({
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheCreation: 7,
  });
});

it('takes the message’s id where a provider gives no request id', () => {
  const line = { type: 'assistant', timestamp: '2026-11-21T10:00:00Z' };
  const message = { id: 'msg_1', model: 'm', usage: {} };
  expect(requestOf(entry({ ...line, message }))?.id).toBe('msg_1');
  expect(requestOf(entry({ ...line, message: { model: 'm', usage: {} } }))).toBeUndefined();
});

it('keeps the row with the most output of a message that was streamed', () => {
  const of = (output_tokens: number) => requestOf(row({ model: 'm', usage: { output_tokens } })) as SaidRequest;
  expect(fuller(of(1), of(400)).tokens.output).toBe(400);
  expect(fuller(of(400), of(1)).tokens.output).toBe(400);
});

it('takes nothing from rows that are no answer of the API', () => {
  const usage = { input_tokens: 1 };
  expect(requestOf(row({ model: '<synthetic>', usage }))).toBeUndefined();
  expect(requestOf(row({ model: 'm', usage }, { isApiErrorMessage: true }))).toBeUndefined();
  expect(requestOf(row({ model: 'm' }))).toBeUndefined();
  expect(requestOf(row({ usage }))).toBeUndefined();
  expect(requestOf(row({ model: 'm', usage }, { timestamp: 'never' }))).toBeUndefined();
  expect(requestOf(row({ model: 'm', usage }, { type: 'progress' }))).toBeUndefined();
  expect(requestOf(row({ model: 'm', usage: 'much' }))).toBeUndefined();
});
