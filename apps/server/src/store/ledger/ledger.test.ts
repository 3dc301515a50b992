import { join } from 'node:path';
import { createPrices, parseFilter } from '@telltale/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { servedIn, servedScenarios, sumOf } from '../../../../../packages/core/fixtures/served.ts';
import { point, requestRecord, telemetryRecord } from '../../../fixtures/ledger-records.ts';
import { deliveriesOf, type RecordedKind, transcriptOf } from '../../../fixtures/recorded.ts';
import { until } from '../../../fixtures/test-service.ts';
import { testStores } from '../../../fixtures/test-store.ts';
import { openConnection } from '../connection.ts';
import type { Store } from '../store.ts';

const { open, openCrashed, folder } = testStores();
const now = Date.parse('2026-11-21T12:00:00.000Z');
const at = '2026-11-21T09:00:00.000Z';
const nanos = (usd: number | undefined) => Math.round((usd ?? Number.NaN) * 1e9);
const costOf = (store: Store, id: string) => store.session(id, now)?.costUsd;
const price = (usd: number) => ({ sessionId: 's-1', at, usd });

describe('the totals of the recorded sessions are what the API served', () => {
  const ways: RecordedKind[][] = [
    ['logs'],
    ['logs', 'metrics'],
    ['metrics', 'logs', 'transcripts'],
    ['transcripts'],
    ['transcripts', 'metrics'],
  ];
  for (const kinds of ways)
    for (const recording of servedScenarios)
      it(`${recording}, from ${kinds.join(' and ')}`, async () => {
        const store = open();
        for (const deliver of deliveriesOf(recording, kinds)) await deliver(store);
        expectServed(store, recording, kinds);
      });

  it('whatever comes first, and twice, and after a crash', async () => {
    const scenarios = fc.constantFrom(...servedScenarios);
    await fc.assert(
      fc.asyncProperty(scenarios, fc.infiniteStream(fc.double({ min: 0, max: 1 })), async (recording, places) => {
        const deliveries = [...deliveriesOf(recording), ...deliveriesOf(recording)];
        const shuffled = deliveries
          .map((deliver) => ({ deliver, place: places.next().value ?? 0 }))
          .sort((a, b) => a.place - b.place);
        const file = join(folder(), `${Math.random()}.db`);
        let store = open({ file });
        for (const [index, { deliver }] of shuffled.entries()) {
          if (index === Math.floor(shuffled.length / 2)) {
            await store.close();
            store = open({ file });
          }
          await deliver(store);
        }
        expectServed(store, recording, ['logs', 'metrics', 'transcripts']);
        const told = servedIn(recording).sessionIds.map((id) => store.sessionCost(id, now));
        await store.close();
        store = open({ file });
        expect(servedIn(recording).sessionIds.map((id) => store.sessionCost(id, now))).toEqual(told);
        await store.close();
      }),
      { numRuns: 12 },
    );
  });
});

function expectServed(store: Store, recording: string, kinds: readonly RecordedKind[]): void {
  const { sessionIds, requests } = servedIn(recording);
  for (const sessionId of sessionIds) {
    const served = requests.filter((request) => request.sessionId === sessionId);
    // A compaction is in no transcript: the metric alone knows of it where there are no events.
    const isUnsaid = ({ kind }: (typeof served)[number]) => kind === 'compact' && !kinds.includes('logs');
    const unsaid = sumOf(served.filter(isUnsaid)).micros;
    const known = kinds.includes('metrics') ? served : served.filter((request) => !isUnsaid(request));
    const { micros, tokens } = sumOf(known);
    const session = store.session(sessionId, now);
    expect(nanos(session?.costUsd)).toBe(Math.round(micros * 1000));
    expect(session?.tokens).toEqual(tokens);
    expect(nanos(session?.unattributedUsd ?? 0)).toBe(kinds.includes('metrics') ? Math.round(unsaid * 1000) : 0);
    expect(session?.unpriced).toBeUndefined();
    expect(session?.costSource).toBe(kinds.join() === 'transcripts' ? 'transcript' : 'events');
    expectParts(store, sessionId, served, { micros, tokens });
  }
}

/** The parts of a session's cost are its total, and each subagent's is what the API served it. */
function expectParts(
  store: Store,
  sessionId: string,
  served: ReturnType<typeof servedIn>['requests'],
  { micros, tokens }: ReturnType<typeof sumOf>,
): void {
  const cost = store.sessionCost(sessionId, now);
  const session = store.session(sessionId, now);
  expect({ ...cost, costUsd: nanos(cost?.costUsd) }).toMatchObject({ costUsd: Math.round(micros * 1000), tokens });
  expect(cost?.costSource).toBe(session?.costSource);
  expect(cost?.priceDifferences).toEqual([]);
  for (const parts of [cost?.byPrompt, cost?.byModel, cost?.byAgent, cost?.requests])
    expect(parts?.reduce((sum, { costUsd }) => sum + nanos(costUsd), 0)).toBe(Math.round(micros * 1000));
  const agents = served.filter(({ kind }) => kind === 'subagent');
  const ofAgents = cost?.byAgent.filter(({ key }) => key !== undefined) ?? [];
  expect(ofAgents.reduce((sum, { costUsd }) => sum + nanos(costUsd), 0)).toBe(Math.round(sumOf(agents).micros * 1000));
  for (const request of served) {
    const row = cost?.requests.find(({ id }) => id === request.requestId);
    if (row) expect(nanos(row.costUsd)).toBe(Math.round(sumOf([request]).micros * 1000));
  }
}

describe('a request', () => {
  it('counts once, whatever tells of it, and in the prompt that its trace began with', async () => {
    const store = open();
    const wrongPrompt = { ...price(0.5), promptId: 'p-2', agentId: 'a-1', payload: { traceId: 't-1' } };
    await store.append([requestRecord('req-1', wrongPrompt)]);
    await store.append([requestRecord('req-1', { ...wrongPrompt, id: 'the same from elsewhere' })]);
    expect(store.sessionCost('s-1', now)?.byPrompt.map(({ key }) => key)).toEqual(['p-2']);
    const prompt = (promptId: string, second: string, traceId: string) =>
      telemetryRecord('user_prompt', { ...price(0), at: at.replace('00.000', second), promptId, payload: { traceId } });
    await store.append([
      prompt('queued', '05.000', 't-1'),
      prompt('p-1', '01.000', 't-1'),
      prompt('p-2', '09.000', 't'),
    ]);
    expect(costOf(store, 's-1')).toBe(0.5);
    expect(store.sessionCost('s-1', now)?.byPrompt).toMatchObject([{ key: 'p-1', costUsd: 0.5, requests: 1 }]);
  });

  it('of any model has its session found by it, whatever tells of the request', async () => {
    const store = open();
    const found = (text: string) =>
      store.sessions({ limit: 10, now, filter: parseFilter(text).filter }).items.map(({ id }) => id);
    const of = (sessionId: string, model: string) => ({ sessionId, at, usd: 0.5, model });
    await store.append([requestRecord('req-1', of('by event', 'claude-opus-5-5'))]);
    await store.append([
      requestRecord('req-2', { ...of('by event', 'claude-haiku-4-5'), payload: { query_source: 'title' } }),
    ]);
    await store.append([requestRecord('req-3', of('by metric', 'claude-opus-5-5'))]);
    await store.append([requestRecord('req-4', of('neither', 'claude-opus-5-5'))]);
    await store.appendPoints([point('cost.usage', { ...of('by metric', 'claude-haiku-4-5'), value: 0.75 })]);
    expect(found('model:claude-haiku-4-5').sort()).toEqual(['by event', 'by metric']);
    expect(found('-model:*HAIKU*')).toEqual(['neither']);
    expect(found('model:*haiku* model:*opus*')).toHaveLength(2);
  });

  it('that only the metric knows is not attributed, by model, and less than rounding is none', async () => {
    const store = open();
    await store.append([requestRecord('req-1', { ...price(0.5), model: 'claude-opus-4-8' })]);
    const cost = (value: number, model: string) => point('cost.usage', { sessionId: 's-1', at, value, model });
    await store.appendPoints([cost(0.5000004, 'claude-opus-4-8[1m]')]);
    expect(store.session('s-1', now)?.unattributedUsd).toBeUndefined();
    await store.appendPoints([cost(0.25, 'claude-haiku-4-5')]);
    const output = { sessionId: 's-1', at, value: 7, model: 'claude-haiku-4-5', type: 'output' };
    await store.appendPoints([point('token.usage', output)]);
    expect(store.session('s-1', now)).toMatchObject({ costUsd: 0.75, unattributedUsd: 0.25, tokens: { output: 7 } });
    const told = store.sessionCost('s-1', now);
    expect(told?.byModel.map(({ key, costUsd, requests }) => [key, costUsd, requests])).toEqual([
      ['claude-haiku-4-5', 0.25, 0],
      ['claude-opus-4-8', 0.5, 1],
    ]);
    expect(told?.byPrompt.map(({ key, costUsd }) => [key, costUsd])).toEqual([
      [undefined, 0.25],
      ['p-1', 0.5],
    ]);
    expect(told?.said).toEqual({ ledgerUsd: 0.5, metricUsd: 0.7500004 });
  });

  it('of a model without a price is in no total, and is named', async () => {
    const store = open();
    const usage = { input_tokens: 10, output_tokens: 5 };
    const line = {
      type: 'assistant',
      uuid: 'u',
      timestamp: at,
      requestId: 'r',
      message: { model: 'claude-next', usage },
    };
    await store.appendTranscript({ sessionId: 's-1', lines: [{ text: JSON.stringify(line), bytes: 1 }] });
    const session = store.session('s-1', now);
    expect(session).toMatchObject({ costSource: 'none', unpriced: 1, tokens: { input: 10, output: 5 } });
    expect(session).not.toHaveProperty('costUsd');
    expect(store.sessionCost('s-1', now)?.unpricedModels).toEqual(['claude-next']);
  });

  it('without an id, as some providers tell it, is the one of the transcript with the same tokens', async () => {
    const store = open();
    const usage = { input_tokens: 1000, output_tokens: 5 };
    const message = { id: 'msg-1', model: 'claude-opus-5-5', usage };
    const lines = [message, { ...message, id: 'msg-2', usage: { ...usage, output_tokens: 6 } }]
      .map((one, index) => JSON.stringify({ type: 'assistant', uuid: `u-${index}`, timestamp: at, message: one }))
      .map((text) => ({ text, bytes: text.length + 1 }));
    await store.appendTranscript({ sessionId: 's-1', lines });
    const payload = { request_id: undefined, output_tokens: 5 };
    const record = requestRecord('none', { ...price(0.5), payload });
    await store.append([record]);
    const kinds = store.sessionCost('s-1', now)?.requests.map(({ kind, tokens }) => [kind, tokens.output]);
    expect(kinds?.sort()).toEqual([
      ['estimated', 6],
      ['request', 5],
    ]);
    expect(nanos(costOf(store, 's-1'))).toBe(nanos(0.5 + 0.00412));
  });

  it('of an event that tells no cost is never free', async () => {
    const store = open();
    const of = (model: string) => ({ ...price(0), model, payload: { cost_usd: undefined } });
    await store.append([requestRecord('req-1', of('claude-next'))]);
    expect(store.session('s-1', now)).toMatchObject({ costSource: 'none', unpriced: 1 });
    expect(store.session('s-1', now)).not.toHaveProperty('costUsd');
    expect(store.spentSince(0)).toEqual({ estimatedUsd: 0 });
    await store.append([requestRecord('req-2', of('claude-opus-5-5'))]);
    expect(store.spentSince(0)).toEqual({ costUsd: 0.004, estimatedUsd: 0 });
    expect(store.session('s-1', now)).toMatchObject({ costSource: 'events', costUsd: 0.004, unpriced: 1 });
    expect(store.sessionCost('s-1', now)?.unpricedModels).toEqual(['claude-next']);
  });

  it('is priced by the table, too, and by how much the client differs is told', async () => {
    const store = open();
    const payload = { 'app.version': '2.1.197' };
    await store.append([requestRecord('req-1', { ...price(0.005), payload }), requestRecord('req-2', price(0.004))]);
    expect(store.sessionCost('s-1', now)?.priceDifferences).toEqual([
      { clientVersion: '2.1.197', model: 'claude-opus-5-5', requests: 1, costUsd: 0.005, tableUsd: 0.004 },
    ]);
  });
});

describe('the newest request of the main agent', () => {
  const payload = (more: Record<string, unknown>) => ({
    ...{ input_tokens: 100, cache_read_tokens: 20_000, cache_creation_tokens: 5000, ...more },
  });

  it('tells the context, what the cache holds until when, and what coming back later costs', async () => {
    const store = open();
    const later = '2026-11-21T09:00:30.000Z';
    await store.append([
      requestRecord('main', { ...price(0.1), payload: payload({ query_source: 'repl_main_thread' }) }),
      requestRecord('agent', { ...price(0.1), at: later, agentId: 'a-1' }),
      requestRecord('old agent', { ...price(0.1), at: later, agentType: 'Explore' }),
      requestRecord('title', { ...price(0.1), at: later, payload: { query_source: 'generate_session_title' } }),
      requestRecord('compact', { ...price(0.1), at: later, payload: { query_source: 'compact' } }),
    ]);
    expect(store.session('s-1', now)?.lastRequest).toEqual({
      ...{ at, model: 'claude-opus-5-5', contextTokens: 25_100, cachedTokens: 25_000 },
      cacheExpiresAt: '2026-11-21T09:05:00.000Z',
      // 25,000 tokens at 5 $ to write, instead of 0.2 $ to read, per million.
      coldUsd: 0.12,
    });
    const reading = payload({ query_source: 'sdk', cache_creation_tokens: 0 });
    const anHour = payload({ query_source: 'sdk', cache_creation_1h_tokens: 5000 });
    await store.append([requestRecord('hour', { ...price(0.1), at: later, payload: anHour })]);
    expect(store.session('s-1', now)?.lastRequest).toMatchObject({
      ...{ cacheExpiresAt: '2026-11-21T10:00:30.000Z', coldUsd: 0.195 },
    });
    const evenLater = '2026-11-21T09:10:00.000Z';
    await store.append([requestRecord('reads', { ...price(0.1), at: evenLater, payload: reading })]);
    expect(store.session('s-1', now)?.lastRequest).toMatchObject({
      ...{ cachedTokens: 20_000, cacheExpiresAt: '2026-11-21T10:10:00.000Z', coldUsd: 0.156 },
    });
  });
});

describe('activity', () => {
  it('comes from metrics, cumulative ones with their last value and delta ones with their sum', async () => {
    const store = open();
    await store.append([requestRecord('req-1', price(0.1))]);
    const of = (name: string, value: number, more: object) =>
      point(name, { sessionId: 's-1', at, value, ...more } as Parameters<typeof point>[1]);
    const second = { time: `${BigInt(Date.parse(at)) * 1_000_000n + 1n}` };
    const last = { temporality: 'cumulative', type: 'cli' } as const;
    await store.appendPoints([
      of('lines_of_code.count', 3, { type: 'added' }),
      of('lines_of_code.count', 4, { type: 'added', ...second }),
      of('lines_of_code.count', 1, { type: 'removed' }),
      of('commit.count', 2, {}),
      of('pull_request.count', 1, {}),
      of('active_time.total', 8.5, { ...last, ...second }),
      of('active_time.total', 2.5, last),
    ]);
    expect(store.session('s-1', now)?.activity).toEqual({
      ...{ linesAdded: 7, linesRemoved: 1, commits: 2, pullRequests: 1, activeCliS: 8.5 },
    });
  });
});

describe('forked sessions', () => {
  const [origin, fork] = ['b7ced49a-33fc-4589-8f23-706b8f2b8be5', 'da1ab392-2541-4d70-9b7a-e77e70a86f7d'];
  // By the table, of what their transcripts tell.
  const [shared, own] = [0.0077812, 0.0054704];
  const deliver = async (store: Store, ids: readonly string[]) => {
    for (const id of ids) for (const one of transcriptOf('forked-new', id)) await one(store);
  };

  for (const ids of [
    [origin, fork],
    [fork, origin],
  ])
    it(`count the requests that they copied once, where they were made (${ids[0] === fork ? 'the fork' : 'the first'} comes first)`, async () => {
      const store = open();
      await deliver(store, ids);
      const [first, second] = [costOf(store, origin) ?? 0, costOf(store, fork) ?? 0];
      const inherited = store.sessionCost(fork, now)?.inheritedUsd;
      expect(inherited).toBe(first);
      expect(store.sessionCost(origin, now)?.inheritedUsd).toBe(0);
      expect([first, second]).toEqual([shared, own]);
    });

  it('count a copy whose origin nobody has', async () => {
    const store = open();
    await deliver(store, [fork]);
    expect(nanos(costOf(store, fork))).toBe(nanos(shared + own));
    expect(store.sessionCost(fork, now)?.inheritedUsd).toBe(0);
  });

  it('take no cost over from a deleted session, and leave it none', async () => {
    const store = open();
    await deliver(store, [fork, origin]);
    await store.deleteSession(origin);
    await deliver(store, [origin]);
    expect(costOf(store, origin)).toBeUndefined();
    expect(nanos(costOf(store, fork))).toBe(nanos(own));
    expect(store.sessionCost(fork, now)?.inheritedUsd).toBe(shared);
  });

  it('give back what was counted in them when they are deleted', async () => {
    const store = open();
    await deliver(store, [fork]);
    await store.deleteSession(fork);
    await deliver(store, [origin]);
    expect(costOf(store, origin)).toBe(shared);
  });
});

describe('a deleted session', () => {
  it('takes its rows along, and what is sent again stays deleted', async () => {
    const store = open();
    const [id = ''] = servedIn('subagents').sessionIds;
    const all = deliveriesOf('subagents');
    for (const deliver of all) await deliver(store);
    expect(costOf(store, id)).toBeGreaterThan(0);
    await store.deleteSession(id);
    for (const deliver of all) await deliver(store);
    expect(store.session(id, now)).toBeUndefined();
    await store.close();
    const beside = openConnection(join(folder(), 'telltale.db'), { readonly: true });
    const tables = ['api_requests', 'prompt_traces', 'said_requests', 'said_sessions', 'unattributed', 'stale_totals'];
    for (const table of tables) expect([table, beside.prepare(`SELECT * FROM ${table}`).all()]).toEqual([table, []]);
    expect(beside.prepare('SELECT sum(cost_nanos) FROM session_totals').pluck().get() ?? 0).toBe(0);
    beside.close();
  });
});

describe('totals that are kept', () => {
  it('outlive the points that are forgotten by age', async () => {
    const store = open({ telemetryDays: 1, now: () => now + 3 * 86_400_000 });
    const cost = (value: number, second: string) =>
      point('cost.usage', { sessionId: 's-1', at: at.replace('00.000', second), value, model: 'claude-opus-5-5' });
    await store.append([requestRecord('req-1', price(0.1))]);
    await store.appendPoints([cost(0.1, '01.000'), cost(0.2, '02.000')]);
    const before = store.session('s-1', now);
    expect(before).toMatchObject({ costUsd: 0.3, unattributedUsd: 0.2 });
    await store.pruneNow();
    await store.append([requestRecord('req-2', price(0.05))]);
    expect(store.session('s-1', now)).toMatchObject({ costUsd: 0.3, unattributedUsd: 0.15 });
  });

  it('are made of what was stored when a crash took the rest', async () => {
    const store = open();
    for (const deliver of deliveriesOf('subagents')) await deliver(store);
    expectServed(openCrashed(), 'subagents', ['logs', 'metrics', 'transcripts']);
  });

  it('are made in the background of what an older version had stored', async () => {
    let store = open();
    for (const recording of ['subagents', 'compact']) for (const one of deliveriesOf(recording)) await one(store);
    await store.compressNow({ keepFresh: 40 });
    await store.close();
    const file = openConnection(join(folder(), 'telltale.db'));
    const tables = ['api_requests', 'prompt_traces', 'said_requests', 'said_sessions', 'session_totals'];
    for (const table of tables) file.exec(`DELETE FROM ${table}`);
    file.exec(`DELETE FROM meta WHERE key = 'ledger_built'`);
    file.close();
    store = open();
    await until(() => expectServed(store, 'subagents', ['logs', 'metrics', 'transcripts']));
    await until(() => expectServed(store, 'compact', ['logs', 'metrics', 'transcripts']));
  });
});

describe('other prices', () => {
  const pricesWith = (input: number) =>
    createPrices([{ model: 'claude-next', rates: { input, output: 1, cacheRead: 1, write5m: 1, write1h: 1 } }]);
  const said = (sessionId: string) => {
    const message = { model: 'claude-next', usage: { input_tokens: 1000, output_tokens: 0 } };
    const line = { type: 'assistant', uuid: `u-${sessionId}`, timestamp: at, requestId: `req-${sessionId}`, message };
    return { sessionId, lines: [{ text: JSON.stringify(line), bytes: 1 }] };
  };

  it('are reckoned with again; what the client reckoned stays, and a request without a price gets one', async () => {
    let store = open();
    const of = (sessionId: string, usd?: number) => ({ sessionId, at, usd: 0, payload: { cost_usd: usd } });
    await store.append([
      requestRecord('req-1', { ...of('told', 0.5), model: 'claude-next' }),
      requestRecord('req-2', { ...of('untold'), model: 'claude-next' }),
    ]);
    await store.appendTranscript(said('estimated'));
    const told = () =>
      ['told', 'untold', 'estimated'].map((id) => {
        const { costUsd, unpriced } = store.session(id, now) ?? {};
        return [costUsd, unpriced, store.sessionCost(id, now)?.requests[0]?.tableUsd];
      });
    expect(told()).toEqual([
      [0.5, undefined, undefined],
      [undefined, 1, undefined],
      [undefined, 1, undefined],
    ]);
    for (const usd of [3, 7]) {
      await store.close();
      store = open({ prices: pricesWith(usd) });
      const table = usd / 1000;
      await until(() => expect(told()[2]).toEqual([table, undefined, table]));
      expect(told()).toEqual([
        [0.5, undefined, table],
        // An event that tells no cost: what the table says.
        [table, undefined, table],
        [table, undefined, table],
      ]);
    }
    // The price is taken away again.
    await store.close();
    store = open();
    await until(() => expect(told()[2]).toEqual([undefined, 1, undefined]));
    expect(told().slice(0, 2)).toEqual([
      [0.5, undefined, undefined],
      [undefined, 1, undefined],
    ]);
  });
});

describe('a session that viewers look at', () => {
  it('is told anew when a metric has changed it', async () => {
    const changed: string[] = [];
    const store = open({ onSessionChanged: (id) => changed.push(id) });
    await store.append([requestRecord('req-1', price(0.1))]);
    await until(() => expect(changed).toContain('s-1'));
    changed.length = 0;
    await store.appendPoints([
      point('cost.usage', { sessionId: 's-1', at, value: 0.3, model: 'claude-opus-5-5' }),
      point('active_time.total', { sessionId: 'of no conversation', at, value: 0.3, model: 'claude-opus-5-5' }),
    ]);
    await until(() => expect(changed).toEqual(['s-1']));
    expect(costOf(store, 's-1')).toBe(0.3);
    expect(store.sessions({ limit: 9, now }).items.map(({ id }) => id)).toEqual(['s-1']);
  });

  it('is found by its cost', async () => {
    const store = open();
    await store.append([requestRecord('req-1', price(0.5))]);
    const metric = { sessionId: 's-2', at, value: 2, model: 'claude-opus-5-5' };
    await store.appendPoints([point('cost.usage', metric)]);
    await store.append([telemetryRecord('user_prompt', { sessionId: 's-2', at, promptId: 'p' })]);
    await store.append([telemetryRecord('user_prompt', { sessionId: 'unknown', at, promptId: 'p' })]);
    const found = (comparison: '<' | '<=' | '>', usd: number) => {
      const term = { kind: 'cost', comparison, usd, negated: false, from: 0, to: 1 } as const;
      return store.sessions({ limit: 9, now, filter: { terms: [term] } }).items.map(({ id }) => id);
    };
    expect([found('>', 0.5), found('<=', 0.5), found('>', 0).sort()]).toEqual([['s-2'], ['s-1'], ['s-1', 's-2']]);
  });

  it('stands in a list of the dearest first, page by page, those without a cost at its end', async () => {
    const store = open();
    for (const [index, usd] of [0.2, 0.3, 0.2, 0.1].entries())
      await store.append([requestRecord(`req-${index}`, { sessionId: `s-${index}`, at, usd })]);
    await store.append([telemetryRecord('user_prompt', { sessionId: 'unknown', at, promptId: 'p' })]);
    const listed: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = store.sessions({ limit: 2, sort: 'cost', now, ...(cursor !== null && { cursor }) });
      listed.push(...page.items.map(({ id }) => id));
      cursor = page.next;
      if (cursor === null) break;
    }
    expect(listed).toEqual(['s-1', 's-2', 's-0', 's-3', 'unknown']);
  });
});

it('the totals of a session with thousands of requests are exact soon, and at once where all of it is asked', async () => {
  const store = open();
  const requests = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => requestRecord(`req-${from + n}`, { ...price(0.001), at }));
  await store.append(requests(0, 3000));
  expect(nanos(costOf(store, 's-1'))).toBe(3e9);
  await store.append(requests(3000, 3100));
  await until(() => expect(nanos(costOf(store, 's-1'))).toBe(3.1e9));
  await store.append(requests(3100, 3200));
  expect(nanos(store.sessionCost('s-1', now)?.costUsd)).toBe(3.2e9);
  expect(nanos(costOf(store, 's-1'))).toBe(3.2e9);
});
