import { describe, expect, it } from 'vitest';
import { asCollected, otlpBodies, otlpContext } from '../../fixtures/otlp.ts';
import { scenarioOf } from '../../fixtures/scenario.ts';
import { secretCases } from '../../fixtures/secrets.ts';
import { bookkeepingNames, telemetryCatalogue } from '../catalogue/telemetry.ts';
import type { TelltaleEvent } from '../event.ts';
import { byTime } from '../iso-time.ts';
import { emptyFold, foldEvent, sessionOf } from '../session.ts';
import { readLogs, readMetrics, readSpans } from './otlp.ts';

const recordings = ['hello-logs', 'multi-turn-logs', 'interactive-logs', 'mcp-logs', 'api-errors-logs'];
const logsOf = (recording: string) => otlpBodies(recording).flatMap((body) => readLogs(body, otlpContext).records);
const eventsOf = (recording: string) =>
  logsOf(recording).map(({ event }, index): TelltaleEvent => ({ ...event, seq: index + 1 }));

/** A request with one log record. */
const logs = (attributes: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'project', value: { stringValue: 'shop' } }] },
      scopeLogs: [{ logRecords: [{ timeUnixNano: '1795224167009000000', attributes: pairs(attributes), ...more }] }],
    },
  ],
});
const pairs = (attributes: Record<string, unknown>) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }));
const oneOf = (body: unknown) => {
  const { records, bad } = readLogs(body, otlpContext);
  expect(bad).toEqual([]);
  expect(records).toHaveLength(1);
  return records[0] as (typeof records)[number];
};

describe('log records', () => {
  it('of the real client become events with an id each, in words', () => {
    const all = recordings.flatMap(logsOf);
    expect(all.length).toBeGreaterThan(350);
    expect(new Set(all.map(({ event }) => event.id)).size).toBe(all.length);
    for (const { event, payloadText } of all) {
      expect(event).toMatchObject({ source: 'otel', app: 'unknown', sessionId: expect.stringMatching(/^[\w-]{36}$/) });
      expect(Object.keys(telemetryCatalogue)).toContain(event.name);
      expect(event.summary).not.toMatch(/undefined|NaN|^$/);
      expect(JSON.parse(payloadText)).toEqual(event.payload);
      expect(event.at).toBe(new Date(Date.parse(event.at)).toISOString());
    }
  });

  it('are the same from a collector, which writes integers as text', () => {
    const direct = otlpBodies('mcp-logs').map((body) => readLogs(body, otlpContext));
    const collected = otlpBodies('mcp-logs').map((body) => readLogs(asCollected(body), otlpContext));
    expect(collected).toEqual(direct);
  });

  it('join on prompt, call, agent and tool as hooks name them', () => {
    const result = logsOf('mcp-logs').find(({ event }) => event.name === 'tool_result' && event.outcome === 'ok');
    expect(result?.event).toMatchObject({
      toolName: 'mcp__lab__add',
      toolUseId: expect.stringMatching(/^toolu_/),
      promptId: expect.stringMatching(/^[\w-]{36}$/),
      durationMs: expect.any(Number),
    });
    const failed = logsOf('mcp-logs').find(({ event }) => event.outcome === 'failed');
    expect(failed?.event).toMatchObject({
      name: 'tool_result',
      summary: expect.stringContaining('no negative numbers'),
    });
  });

  it('keep the time to the millisecond, whatever a division of so many digits would give', () => {
    const at = (nanos: string) => oneOf(logs({ 'event.name': 'x' }, { timeUnixNano: nanos })).event.at;
    const divided = (nanos: string) => new Date(Number(nanos) / 1e6).toISOString();
    const times = Array.from({ length: 1000 }, (_, ms) => `1795224167${String(ms).padStart(3, '0')}000000`);
    expect(times.map(at)).toEqual(times.map((_, ms) => new Date(1_795_224_167_000 + ms).toISOString()));
    expect(times.filter((nanos) => divided(nanos) !== at(nanos)).length).toBeGreaterThan(0);
  });

  it('of one sequence number in two processes are two', () => {
    const named = { 'session.id': 's-1', 'event.sequence': 3, 'event.name': 'api_request' };
    const first = oneOf(logs(named)).event.id;
    expect(oneOf(logs(named, { timeUnixNano: '1795224168000000000' })).event.id).not.toBe(first);
    expect(oneOf(logs({ ...named, 'session.id': 's-2' })).event.id).not.toBe(first);
    expect(oneOf(logs({ ...named, 'event.sequence': '3' })).event.id).toBe(first);
  });

  it('of others, equal and without a sequence, are as many as were sent, and the same when sent again', () => {
    const body = logs({ message: 'tick' });
    const scope = body.resourceLogs[0]?.scopeLogs[0];
    scope?.logRecords.push(...scope.logRecords);
    const ids = () => readLogs(body, otlpContext).records.map(({ event }) => event.id);
    expect(new Set(ids()).size).toBe(2);
    expect(ids()).toEqual(ids());
  });

  it('name their project and are stored compactly where they are notes of the client', () => {
    const notes = { 'session.id': 's-1', 'event.sequence': 0, 'event.name': 'hook_registered', hook_event: 'Stop' };
    const { event } = oneOf(logs({ ...notes, 'user.id': 'u', 'terminal.type': 'xterm' }));
    expect(event).toMatchObject({ app: 'shop', sessionId: 's-1', summary: 'hook for Stop' });
    expect(event.payload).toEqual({ 'event.sequence': 0, hook_event: 'Stop' });
    expect(bookkeepingNames).toContain('hook_execution_complete');
  });

  it.each(secretCases)('hold no secret: $rule', ({ text, secret }) => {
    const { event, payloadText } = oneOf(logs({ 'event.name': 'user_prompt', 'session.id': 's', prompt: text }));
    expect(payloadText).not.toContain(secret);
    expect(JSON.stringify(event)).not.toContain(secret);
    expect(event.masked).toBeGreaterThan(0);
  });

  it.each([
    ['no object', [1], 'an OTLP request is a JSON object', 0],
    ['no list', { resourceLogs: {} }, 'resourceLogs must be a list', 0],
    [
      'a record that is no object',
      { resourceLogs: [{ scopeLogs: [{ logRecords: [7, {}] }] }] },
      'must hold objects',
      1,
    ],
    [
      'attributes of another shape',
      { resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes: { a: 1 } }, {}] }] }] },
      'attributes must be a list',
      1,
    ],
  ])('are bad alone: %s', (_, body, reason, left) => {
    const { records, bad } = readLogs(body, otlpContext);
    expect(bad).toEqual([{ reason: expect.stringContaining(reason), text: expect.any(String) }]);
    expect(records).toHaveLength(left);
  });
});

describe('a session', () => {
  it('is not made by what a client tells at its start: the phantom of --continue', () => {
    const folds = new Map<string, ReturnType<typeof emptyFold>>();
    for (const event of eventsOf('multi-turn-logs').sort(byTime)) {
      const id = event.sessionId ?? '';
      folds.set(id, folds.get(id) ?? emptyFold(id));
      foldEvent(folds.get(id) as ReturnType<typeof emptyFold>, event);
    }
    const started = [...folds.values()].map(({ firstAt }) => firstAt !== '');
    expect(started.sort()).toEqual([false, true]);
  });

  it('waits no longer from the moment of the answer, which hooks do not tell', () => {
    const hooks = scenarioOf('interactive').events;
    const sessionId = hooks[0]?.sessionId;
    const telemetry = eventsOf('interactive-logs').map((event) => ({ ...event, seq: event.seq + 1000 }));
    const all = [...hooks, ...telemetry].filter((event) => event.sessionId === sessionId).sort(byTime);
    const asked = all.find(({ name }) => name === 'PermissionRequest');
    const decision = all.find(({ name, at }) => name === 'tool_decision' && at > (asked?.at ?? ''));
    const waitingAfter = (events: readonly TelltaleEvent[]) => {
      const fold = emptyFold('s');
      for (const event of events) foldEvent(fold, event);
      return sessionOf(fold, Date.parse(decision?.at ?? '') + 1).waiting.length;
    };
    const until = all.filter((event) => event.at <= (decision?.at ?? ''));
    expect(waitingAfter(until)).toBe(0);
    expect(waitingAfter(until.filter((event) => event !== decision))).toBe(1);
  });
});

describe('metric points', () => {
  const points = otlpBodies('tools-metrics').flatMap((body) => readMetrics(body, otlpContext).records);

  it('of the real client add up to what the API served', () => {
    const sumOf = (name: string, type?: string) =>
      points
        .filter((point) => point.name === name && (type === undefined || JSON.parse(point.attributes).type === type))
        .reduce((sum, { value = Number.NaN }) => sum + value, 0);
    expect(Math.round(sumOf('claude_code.cost.usage') * 1e6)).toBe(34_249);
    const types = ['input', 'output', 'cacheRead', 'cacheCreation'];
    expect(types.map((type) => sumOf('claude_code.token.usage', type))).toEqual([1113, 567, 16_261, 3041]);
    expect(
      points.every(({ temporality, kind, isMonotonic }) => temporality === 'delta' && kind === 'sum' && isMonotonic),
    ).toBe(true);
  });

  it('know their series whatever the order of the attributes', () => {
    const reversed = JSON.parse(JSON.stringify(otlpBodies('tools-metrics')), (key, value) =>
      key === 'attributes' && Array.isArray(value) ? value.reverse() : value,
    ) as unknown[];
    const ids = reversed.flatMap((body) => readMetrics(body, otlpContext).records.map(({ seriesId }) => seriesId));
    expect(ids).toEqual(points.map(({ seriesId }) => seriesId));
    expect(new Set(ids).size).toBeGreaterThan(5);
  });

  it('take whole numbers and distributions, and refuse alone what has no value', () => {
    const point = { timeUnixNano: '1795224167009000000', startTimeUnixNano: 1 };
    const metrics = [
      { name: 'a', sum: { aggregationTemporality: 2, dataPoints: [{ ...point, asInt: '7' }, { ...point }] } },
      { name: 'b', histogram: { aggregationTemporality: 1, dataPoints: [{ ...point, count: '3', sum: 4 }] } },
      { name: 'c' },
    ];
    const { records, bad } = readMetrics({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }, otlpContext);
    expect(records).toMatchObject([
      { name: 'a', temporality: 'cumulative', value: 7, start: '1' },
      { name: 'b', temporality: 'delta', data: expect.stringContaining('"count":"3"') },
    ]);
    expect(bad.map(({ reason }) => reason)).toEqual([
      'a point of a has attributes, a time and a value',
      'a metric has a name and a sum, gauge, histogram or summary',
    ]);
  });
});

describe('spans', () => {
  it('of the real client have ids, a session and times', () => {
    const spans = otlpBodies('hello-traces').flatMap((body) => readSpans(body, otlpContext).records);
    expect(spans.length).toBeGreaterThan(1);
    for (const span of spans) {
      expect(span).toMatchObject({ sessionId: expect.any(String), name: expect.stringMatching(/^claude_code\./) });
      expect(BigInt(span.end)).toBeGreaterThanOrEqual(BigInt(span.start));
    }
  });

  it('are bad alone without an id', () => {
    const good = { traceId: 'A'.repeat(32), spanId: 'b'.repeat(16), startTimeUnixNano: '5' };
    const spans = [good, { ...good, traceId: '0'.repeat(32) }, { ...good, spanId: 'xyz' }];
    const { records, bad } = readSpans({ resourceSpans: [{ scopeSpans: [{ spans }] }] }, otlpContext);
    expect(records).toMatchObject([{ traceId: 'a'.repeat(32), end: '5', status: 0 }]);
    expect(bad).toHaveLength(2);
  });
});
