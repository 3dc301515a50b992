import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type EventPage, redactionRules, type SessionPage } from '@telltale/core';
import protobuf from 'protobufjs/light.js';
import { expect, it } from 'vitest';
import { asCollected, otlpBodies } from '../../../../packages/core/fixtures/otlp.ts';
import { secretCases } from '../../../../packages/core/fixtures/secrets.ts';
import { type TestService, testFolder, testService } from '../../fixtures/test-service.ts';
import { otlpSchema } from '../ingest/otlp-schema.ts';
import { openConnection } from '../store/connection.ts';

const schema = protobuf.Root.fromJSON(otlpSchema);
const protobufType = { 'content-type': 'application/x-protobuf' };
const gzipped = { 'content-encoding': 'gzip' };

/** OTLP/JSON → the bytes of the same request; ids are bytes there. */
function encoded(name: string, body: Record<string, unknown>): Uint8Array {
  const withBytes = JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    /^(trace|span|parentSpan)Id$/.test(key) && typeof value === 'string'
      ? Buffer.from(value, 'hex').toString('base64')
      : value,
  ) as Record<string, unknown>;
  const type = schema.lookupType(`Export${name}ServiceRequest`);
  return type.encode(type.fromObject(withBytes)).finish();
}

/** Everything that is stored of telemetry, as rows. */
function held({ home }: TestService) {
  const database = openConnection(`${home}/telltale.db`, { readonly: true });
  const all = (sql: string) => database.prepare<[], Record<string, unknown>>(sql).all();
  const rows = {
    events: all(
      `SELECT events.id, at, name, sessions.id AS session_id, prompt_id, tool_use_id, summary, payload
      FROM fresh_events AS events LEFT JOIN sessions ON no = session ORDER BY events.id`,
    ),
    points: all(`SELECT series.id, name, temporality, session_id, start, slot, time, value
      FROM metric_points JOIN metric_series AS series ON series = no ORDER BY series.id, start, slot`),
    spans: all('SELECT * FROM spans ORDER BY span_id'),
  };
  database.close();
  return rows;
}

const recorded = {
  '/v1/logs': otlpBodies('hello-logs'),
  '/v1/metrics': otlpBodies('tools-metrics'),
  '/v1/traces': otlpBodies('hello-traces'),
};
const messages = { '/v1/logs': 'Logs', '/v1/metrics': 'Metrics', '/v1/traces': 'Trace' } as const;
const paths = Object.keys(recorded) as (keyof typeof recorded)[];

it('holds the same, once, whether it came as JSON, as protobuf, through a collector, twice or backwards', async () => {
  const [asJson, asProtobuf] = [await testService(), await testService()];
  for (const path of paths) {
    for (const body of recorded[path]) {
      const answer = await asJson.post(path, body);
      expect([answer.status, await answer.json(), answer.headers.get('content-type')]).toEqual([
        ...[200, {}, 'application/json'],
      ]);
      const bytes = encoded(messages[path], body);
      const other = await asProtobuf.post(path, bytes, protobufType);
      expect([other.status, await other.text(), other.headers.get('content-type')]).toEqual([
        ...[200, '', 'application/x-protobuf'],
      ]);
    }
  }
  const once = held(asJson);
  expect(once.events.length).toBeGreaterThan(30);
  expect(once.points.length).toBeGreaterThan(10);
  expect(once.spans.length).toBeGreaterThan(1);
  expect(held(asProtobuf)).toEqual(once);

  for (const path of paths) {
    for (const body of [...recorded[path]].reverse()) {
      await asJson.post(path, gzipSync(JSON.stringify(asCollected(body))), gzipped);
      await asProtobuf.post(path, gzipSync(encoded(messages[path], body)), { ...protobufType, ...gzipped });
    }
  }
  expect(held(asJson)).toEqual(once);
  expect(held(asProtobuf)).toEqual(once);
});

it('keeps the latest point of a cumulative series and every point of a delta one, in whatever order they come', async () => {
  const points = (aggregationTemporality: number, order: readonly number[]) =>
    order.map((n) => ({
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                {
                  name: `m${aggregationTemporality}`,
                  sum: {
                    ...{ aggregationTemporality, isMonotonic: true },
                    dataPoints: [
                      { startTimeUnixNano: '1795224167000000000', timeUnixNano: `179522416${n}000000000`, asDouble: n },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    }));
  const heldAfter = async (order: readonly number[]) => {
    const service = await testService();
    for (const temporality of [1, 2]) {
      for (const body of points(temporality, order)) await service.post('/v1/metrics', body);
    }
    return held(service)
      .points.map(({ name, value }) => `${name} ${value}`)
      .sort();
  };
  const expected = ['m1 7', 'm1 8', 'm1 9', 'm2 9'];
  expect(await heldAfter([7, 8, 9])).toEqual(expected);
  expect(await heldAfter([9, 8, 9, 7, 7])).toEqual(expected);
});

it('takes what is empty or strange, tells what it could not take, and refuses only what is neither JSON nor protobuf', async () => {
  const service = await testService();
  for (const path of paths) {
    for (const body of ['{}', '{"resourceLogs":[],"resourceSpans":[],"resourceMetrics":[]}', '{"future":1}']) {
      expect((await service.post(path, body)).status).toBe(200);
    }
    expect((await service.post(path, new Uint8Array(), protobufType)).status).toBe(200);
    expect((await service.post(path, '{"resource')).status).toBe(400);
    expect((await service.post(path, 'hello', { 'content-type': 'text/plain' })).status).toBe(400);
    const refused = await service.post(path, new Uint8Array([0x0a, 0xff, 0xff]), protobufType);
    expect([refused.status, refused.headers.get('content-type')]).toEqual([400, 'application/x-protobuf']);
    expect((await service.post(path, gzipSync(Buffer.alloc(65 << 20)), gzipped)).status).toBe(413);
  }
  const good = recorded['/v1/logs'][0] as { resourceLogs: unknown[] };
  const mixed = { resourceLogs: [...good.resourceLogs, { scopeLogs: [{ logRecords: [7] }] }] };
  const answer = await service.post('/v1/logs', mixed);
  const told = { rejectedLogRecords: '1', errorMessage: 'logRecords must hold objects' };
  expect([answer.status, await answer.json()]).toEqual([200, { partialSuccess: told }]);
  expect(held(service).events.length).toBeGreaterThan(0);
  const bad = { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x' }] }] }] };
  const partial = Buffer.from(
    await (await service.post('/v1/traces', encoded('Trace', bad), protobufType)).arrayBuffer(),
  );
  expect(schema.lookupType('ExportTraceServiceResponse').decode(partial).toJSON()).toMatchObject({
    partialSuccess: { rejected: '1', errorMessage: expect.stringContaining('a span has') },
  });
});

it('holds no secret, neither in events nor in points, spans or what it could not take', async () => {
  const service = await testService();
  expect(redactionRules.length).toBeGreaterThan(10);
  for (const { text } of secretCases) {
    const attributes = [{ key: 'prompt', value: { stringValue: text } }];
    const dataPoints = [{ timeUnixNano: '5', asDouble: 1, attributes }];
    await service.post('/v1/logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes }, [text]] }] }] });
    await service.post('/v1/metrics', {
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', sum: { dataPoints } }] }] }],
    });
    const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), startTimeUnixNano: '5' };
    await service.post('/v1/traces', { resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, attributes }] }] }] });
    await service.post(
      '/v1/logs',
      encoded('Logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes }] }] }] }),
      protobufType,
    );
  }
  const database = openConnection(`${service.home}/telltale.db`, { readonly: true });
  const tables = ['fresh_events', 'metric_series', 'metric_points', 'spans', 'dead_letters'];
  const texts = tables.flatMap((table) =>
    database
      .prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`)
      .all()
      .flatMap((row) => Object.values(row)),
  );
  database.close();
  const stored = texts.map((value) => (Buffer.isBuffer(value) ? value.toString('utf8') : String(value))).join('\n');
  for (const { secret } of secretCases) expect(stored).not.toContain(JSON.stringify(secret).slice(1, -1));
});

it('joins the project of hooks: events without one take it, and /metrics tells it', async () => {
  const service = await testService({ now: () => 1_795_224_200_000 });
  const sessionId = '11b2d0b6-fac0-4c64-bf1c-d36b7b08e3ed';
  await service.post(
    '/ingest/hook',
    { session_id: sessionId, hook_event_name: 'UserPromptSubmit', prompt: 'hi' },
    {
      ...{
        'telltale-app': 'shop "x"',
        'telltale-user': 'ann',
        'telltale-host': 'desk',
        'telltale-at': '1795224167000',
      },
    },
  );
  for (const body of recorded['/v1/logs']) await service.post('/v1/logs', body);
  const { events } = (await (await service.get('/api/events?limit=1000')).json()) as EventPage;
  expect(new Set(events.map(({ app }) => app))).toEqual(new Set(['shop "x"']));
  expect(await (await service.get('/metrics')).text()).toContain(
    `telltale_session_info{session_id="${sessionId}",project="shop \\"x\\"",user="ann",host="desk"} 1\n`,
  );
  const { sessions } = (await (await service.get('/api/sessions')).json()) as SessionPage;
  expect(sessions).toMatchObject([{ id: sessionId, app: 'shop "x"', title: 'hi', prompts: 1 }]);
});

it('makes no session of start-up telemetry alone, and no project of what nobody named', async () => {
  const service = await testService({ now: () => 1_795_224_200_000 });
  for (const body of otlpBodies('multi-turn-logs')) await service.post('/v1/logs', body);
  const { sessions } = (await (await service.get('/api/sessions')).json()) as SessionPage;
  expect(sessions).toMatchObject([{ app: 'unknown', state: 'idle' }]);
  expect(await (await service.get('/metrics')).text()).not.toContain('telltale_session_info');
});

it('forgets telemetry with its session, and a re-send stays deleted', async () => {
  const service = await testService();
  const send = async () => {
    for (const path of paths) for (const body of recorded[path]) await service.post(path, body);
  };
  await send();
  const ids = new Set([...held(service).events, ...held(service).points].map((row) => String(row.session_id)));
  for (const id of ids) {
    await service.fire(id);
    const response = await fetch(`${service.url}/api/sessions/${id}`, { method: 'DELETE' });
    expect(response.ok).toBe(true);
  }
  const nothing = { events: [], points: [], spans: [] };
  expect(held(service)).toEqual(nothing);
  await send();
  expect(held(service)).toEqual(nothing);
});

it('listens on the port of OTLP too, for nothing else; a busy one is a warning', async () => {
  const service = await testService({ otlpPort: 0 });
  const url = `http://127.0.0.1:${service.otlpPort}`;
  const post = (path: string, headers = {}) => fetch(url + path, { method: 'POST', body: '{}', headers });
  expect((await post('/v1/metrics')).status).toBe(200);
  expect((await post('/ingest/hook')).status).toBe(404);
  expect((await fetch(`${url}/api/events`)).status).toBe(404);
  expect((await post('/v1/logs', { origin: 'https://elsewhere.example' })).status).toBe(403);

  const taken = createServer();
  const port = await new Promise<number>((resolve) => {
    taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port));
  });
  const second = await testService({ home: testFolder(), otlpPort: port });
  taken.close();
  expect(second.otlpPort).toBeUndefined();
  expect(second.printed.join('\n')).toContain(`TELLTALE_OTLP_PORT ${port} is in use`);
  expect((await second.post('/v1/logs', '{}')).status).toBe(200);
});
