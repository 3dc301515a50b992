import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Difference,
  type ReconciledSession,
  type ReconciledSource,
  readLogs,
  type SaidAmount,
} from '@telltale/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { otlpBodies, otlpContext } from '../../../../packages/core/fixtures/otlp.ts';
import { servedIn, servedScenarios, sumOf } from '../../../../packages/core/fixtures/served.ts';
import { deliveriesOf } from '../../fixtures/recorded.ts';
import { testStores } from '../../fixtures/test-store.ts';
import { reconcile } from './reconcile.ts';

const { open } = testStores();
const now = () => Date.parse('2026-11-21T12:00:00.000Z');
const all = { from: 0, to: now(), limit: 500 };
const stored = ['ledger', 'metric', 'transcript'] as const;

const nanos = (usd: number) => Math.round(usd * 1e9);
const sayings = (differences: readonly Difference[]) =>
  differences.map(({ source, reason, costUsd, requests }) => [source, reason, nanos(costUsd), requests ?? 0]);

/** Every source's difference is told in whole, to the billionth of a dollar and the token. */
function expectExplained({ said, differences }: Pick<ReconciledSession, 'said' | 'differences'>): void {
  for (const [source, against] of [
    ['metric', 'ledger'],
    ['transcript', 'ledger'],
    ['prometheus', 'metric'],
    ['loki', 'ledger'],
  ] as const) {
    const parts = differences.filter((one) => one.source === source);
    if (source === 'prometheus' && said.prometheus === undefined && parts.length === 0) continue;
    if (source === 'loki' && said.loki === undefined && parts.length === 0) continue;
    const usd = (amount: SaidAmount | undefined) => nanos(amount?.costUsd ?? 0);
    expect(parts.reduce((sum, one) => sum + nanos(one.costUsd), 0)).toBe(usd(said[source]) - usd(said[against]));
    for (const kind of ['input', 'output', 'cacheRead', 'cacheCreation'] as const) {
      const told = parts.reduce((sum, { tokens }) => sum + tokens[kind], 0);
      expect(told).toBe((said[source]?.tokens[kind] ?? 0) - (said[against]?.tokens[kind] ?? 0));
    }
  }
}

describe('the recordings of the real client', () => {
  it.each(servedScenarios)(
    '%s: events and metrics say what was served, and so does the transcript but for compactions',
    async (recording) => {
      const store = open();
      for (const deliver of deliveriesOf(recording)) await deliver(store);
      const answer = await reconcile({ store, now }, all);
      const { sessionIds, requests } = servedIn(recording);
      expect(answer.sessions.map(({ sessionId }) => sessionId).sort()).toEqual([...sessionIds].sort());
      for (const session of answer.sessions) {
        const served = requests.filter((one) => one.sessionId === session.sessionId);
        const told = (source: ReconciledSource) => ({
          nanos: nanos(session.said[source]?.costUsd ?? 0),
          tokens: session.said[source]?.tokens,
        });
        const truth = (list: typeof served) => ({
          nanos: Math.round(sumOf(list).micros * 1000),
          tokens: sumOf(list).tokens,
        });
        expect(told('ledger')).toEqual(truth(served));
        expect(told('metric')).toEqual(truth(served));
        const untold = served.filter(({ kind }) => kind === 'compact');
        expect(told('transcript')).toEqual(truth(served.filter(({ kind }) => kind !== 'compact')));
        expectExplained(session);
        expect(sayings(session.differences)).toEqual(
          untold.length > 0 ? [['transcript', 'untold', -truth(untold).nanos, untold.length]] : [],
        );
      }
      expectExplained(answer.total);
      expect(answer.priceDifferences).toEqual([]);
      expect(answer.unpricedModels).toEqual([]);
    },
  );

  it('all in one store: the sum is the sum of what was served', async () => {
    const store = open();
    for (const recording of servedScenarios) for (const deliver of deliveriesOf(recording)) await deliver(store);
    const { sessions, total } = await reconcile({ store, now }, all);
    const truth = sumOf(servedScenarios.flatMap((recording) => servedIn(recording).requests));
    for (const source of ['ledger', 'metric'] as const) {
      expect(nanos(total.said[source]?.costUsd ?? 0)).toBe(Math.round(truth.micros * 1000));
      expect(total.said[source]?.tokens).toEqual(truth.tokens);
    }
    expect(nanos(total.costUsd)).toBe(Math.round(truth.micros * 1000));
    expect(total.differences.map(({ source, reason, requests }) => [source, reason, requests])).toEqual([
      ['transcript', 'untold', 1],
    ]);
    expectExplained(total);
    // Half of them, and one by its id.
    const half = await reconcile({ store, now }, { ...all, limit: 3 });
    expect(half.sessions).toEqual(sessions.slice(0, 3));
    expect(half.hasMore).toBe(true);
    const [newest] = sessions;
    const one = await reconcile({ store, now }, { from: 0, to: 1, limit: 9, sessionId: newest?.sessionId ?? '' });
    expect(one.sessions).toEqual([newest]);
  });
});

describe('without telemetry', () => {
  it.each(servedScenarios)('%s: the client’s own sum in the transcript is what was served', async (recording) => {
    const store = open();
    for (const deliver of deliveriesOf(recording, ['transcripts'])) await deliver(store);
    const answer = await reconcile({ store, now }, all);
    const { requests } = servedIn(recording);
    expect(answer.sources.map(({ source }) => source)).toContain('client');
    for (const { sessionId, said, differences } of answer.sessions) {
      const served = requests.filter((one) => one.sessionId === sessionId);
      const { micros, tokens } = sumOf(served);
      expect([nanos(said.client?.costUsd ?? 0), said.client?.tokens]).toEqual([Math.round(micros * 1000), tokens]);
      const unsaid = sumOf(served.filter(({ kind }) => kind === 'compact'));
      expect(sayings(differences.filter(({ source }) => source === 'client'))).toEqual(
        unsaid.micros > 0 ? [['client', 'more', Math.round(unsaid.micros * 1000), 0]] : [],
      );
    }
  });

  it('a sum that lacks the end is said to, one of a client without such a row is no difference', async () => {
    const store = open();
    const row = (n: number) => ({
      ...{ type: 'assistant', uuid: `u-${n}`, timestamp: '2026-11-21T09:00:00.000Z', requestId: `req-${n}` },
      message: { model: 'claude-opus-5-5', usage: { input_tokens: 1000, output_tokens: 0 } },
    });
    const usage = { inputTokens: 1000, outputTokens: 0, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 };
    const state = { type: 'cost-state', totalCostUSD: 0.004, modelUsage: { 'claude-opus-5-5': usage } };
    const append = (sessionId: string, rows: readonly unknown[]) =>
      store.appendTranscript({ sessionId, lines: rows.map((one) => ({ text: JSON.stringify(one), bytes: 1 })) });
    await append('killed', [row(1), state, row(2)]);
    await append('old', [row(3)]);
    const { sessions } = await reconcile({ store, now }, all);
    const told = sessions.map(({ sessionId, differences }) => [sessionId, sayings(differences)]);
    expect(Object.fromEntries(told)).toEqual({
      killed: [
        ['transcript', 'alone', 8_000_000, 2],
        ['client', 'less', -4_000_000, 0],
      ],
      old: [['transcript', 'alone', 4_000_000, 1]],
    });
  });
});

it('knows a request of a provider that tells telemetry no id by its tokens', async () => {
  const store = open();
  for (const body of otlpBodies('tools-logs')) {
    const text = JSON.stringify(body).replaceAll('"key":"request_id"', '"key":"another_id"');
    await store.append(readLogs(JSON.parse(text), otlpContext).records);
  }
  for (const deliver of deliveriesOf('tools', ['metrics', 'transcripts'])) await deliver(store);
  const { sessions } = await reconcile({ store, now }, all);
  expect(sessions.map(({ said, differences }) => [Object.keys(said), differences])).toEqual([[[...stored], []]]);
});

it('says which sources know nothing of a session', async () => {
  const store = open();
  for (const deliver of deliveriesOf('hello', ['transcripts'])) await deliver(store);
  for (const deliver of deliveriesOf('tools', ['logs'])) await deliver(store);
  const { sessions, total } = await reconcile({ store, now }, all);
  const told = sessions.map(({ said, differences, costSource }) => ({
    said: Object.keys(said),
    costSource,
    differences: sayings(differences),
  }));
  expect(told).toEqual([
    {
      said: ['ledger'],
      costSource: 'events',
      differences: [
        ['metric', 'nothing', -34_249_200, 7],
        ['transcript', 'nothing', -34_249_200, 7],
      ],
    },
    { said: ['transcript', 'client'], costSource: 'transcript', differences: [['transcript', 'alone', 9_625_600, 1]] },
  ]);
  for (const session of sessions) expectExplained(session);
  expectExplained(total);
});

describe('Prometheus and Loki', () => {
  /** What either answers: the same numbers for each id that it is asked for. */
  async function backEnd(answer: (query: string, path: string) => { status?: number; body: string }) {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const query = new URLSearchParams(body).get('query') ?? '';
      asked.push(query);
      const { status = 200, body: text } = answer(query, request.url ?? '');
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }
  const vector = (...samples: [metric: Record<string, string>, value: number][]) =>
    JSON.stringify({
      status: 'success',
      data: { resultType: 'vector', result: samples.map(([metric, value]) => ({ metric, value: [0, String(value)] })) },
    });

  async function hello() {
    const store = open();
    for (const deliver of deliveriesOf('hello')) await deliver(store);
    return store;
  }
  const [id = ''] = servedIn('hello').sessionIds;

  it('are asked where they are configured, and compared', async () => {
    const prometheus = await backEnd((query) => ({
      body: query.includes('cost')
        ? vector([{ session_id: id }, 0.0096256])
        : vector(
            [{ session_id: id, type: 'input' }, 118],
            [{ session_id: id, type: 'output' }, 58],
            [{ session_id: id, type: 'cacheRead' }, 2018],
            [{ session_id: id, type: 'cacheCreation' }, 1518],
          ),
    }));
    const loki = await backEnd((query) => ({
      // The same event twice.
      body: vector([
        { session_id: id },
        2 *
          (query.includes('cost_usd')
            ? 0.0096256
            : query.includes('input_tokens')
              ? 118
              : query.includes('output')
                ? 58
                : query.includes('read')
                  ? 2018
                  : 1518),
      ]),
    }));
    const store = await hello();
    const answer = await reconcile({ store, now, prometheusUrl: prometheus.url, lokiUrl: loki.url }, all);
    expect(answer.sources.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    const [session] = answer.sessions;
    expect(session?.said.prometheus).toEqual(session?.said.metric);
    expect(sayings(session?.differences ?? [])).toEqual([['loki', 'more', 9_625_600, 0]]);
    for (const one of [answer.total, ...answer.sessions]) expectExplained(one);
    for (const query of [...prometheus.asked, ...loki.asked]) expect(query).toContain(`session_id=~"${id}"`);
  });

  it('that know nothing of a session are said to', async () => {
    const empty = await backEnd(() => ({ body: vector() }));
    const answer = await reconcile({ store: await hello(), now, prometheusUrl: empty.url, lokiUrl: empty.url }, all);
    expect(sayings(answer.sessions[0]?.differences ?? [])).toEqual([
      ['prometheus', 'nothing', -9_625_600, 0],
      ['loki', 'nothing', -9_625_600, 1],
    ]);
    expectExplained(answer.total);
  });

  it.each([
    ['is gone', async () => 'http://127.0.0.1:9', /^http:\/\/127\.0\.0\.1:9 does not answer: .+/],
    [
      'refuses',
      async () => (await backEnd(() => ({ status: 400, body: 'parse error' }))).url,
      /answers 400: parse error$/,
    ],
    [
      'is something else',
      async () => (await backEnd(() => ({ body: '<html>' }))).url,
      /answers what is not understood: <html>$/,
    ],
  ])('one that %s is said and stops nothing', async (_, urlOf, problem) => {
    const url = await urlOf();
    const answer = await reconcile({ store: await hello(), now, prometheusUrl: url, lokiUrl: url }, all);
    expect(answer.sources.slice(3)).toEqual([
      { source: 'prometheus', state: 'failed', problem: expect.stringMatching(problem) },
      { source: 'loki', state: 'failed', problem: expect.stringMatching(problem) },
    ]);
    expect(answer.sessions[0]?.differences).toEqual([]);
    expect(Object.keys(answer.sessions[0]?.said ?? {})).toEqual([...stored]);
  });
});
