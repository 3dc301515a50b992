import { describe, expect, it } from 'vitest';
import { targetFor } from './targets.ts';

const nested = (levels: number, [open, close]: readonly [string, string]) => open.repeat(levels) + close.repeat(levels);
const shapes = [
  ['[', ']'],
  ['{"a":', '}'],
] as const;
const odd = [
  '1e308',
  '-1e308',
  '1e400',
  '9007199254740993',
  '-0',
  '1e-400',
  '"NaN"',
  '18446744073709551615',
  'null',
  '[]',
  '"x"',
  '-1',
];
const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

describe('JSON that is meant to hurt', () => {
  const target = targetFor();
  const json = { 'content-type': 'application/json' };
  const post = (path: string, body: string) => {
    const base = path.startsWith('/v1/') ? target.current.otlpUrl : target.current.url;
    return fetch(base + path, { method: 'POST', headers: json, body });
  };
  /** A body for each way in, with a value of the attacker in it. */
  const bodies = (value: string) => ({
    '/ingest/hook': `{"session_id":"s-odd","hook_event_name":"PreToolUse","cwd":"/p","tool_name":"Bash","tool_use_id":"t","tool_input":{"command":${value}},"timestamp":${value}}`,
    '/ingest/events': `[{"name":"x","source":"sdk","sessionId":"s-odd","payload":{"x":${value}},"at":${value}}]`,
    '/ingest/transcript': `{"sessionId":"s-odd","entries":[{"type":"assistant","uuid":"u","timestamp":${value},"message":{"usage":{"input_tokens":${value},"output_tokens":${value}},"content":${value}}}]}`,
    '/ingest/statusline': `{"session_id":"s-odd","cost":{"total_cost_usd":${value}},"context_window":{"used_percentage":${value}},"rate_limits":{"five_hour":{"used_percentage":${value},"resets_at":${value}}}}`,
    '/ingest/alert': `{"alerts":[{"fingerprint":"f","status":"firing","startsAt":${value},"labels":{"session_id":"s-odd","x":${value}},"annotations":{"summary":${value}}}]}`,
    '/api/annotations': `{"sessionId":"s-odd","kind":"note","text":${value}}`,
    '/v1/logs': `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":${value},"body":{"stringValue":"claude_code.api_request"},"attributes":[{"key":"session.id","value":{"stringValue":"s-odd"}},{"key":"cost_usd","value":{"doubleValue":${value}}},{"key":"input_tokens","value":{"intValue":${value}}},{"key":"event.name","value":{"stringValue":"api_request"}},{"key":"request_id","value":{"stringValue":"r"}}]}]}]}]}`,
    '/v1/metrics': `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"claude_code.cost.usage","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"startTimeUnixNano":${value},"timeUnixNano":${value},"asDouble":${value},"attributes":[{"key":"session.id","value":{"stringValue":"s-odd"}},{"key":"model","value":{"stringValue":"m"}}]}]}}]}]}]}`,
    '/v1/traces': `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${'a'.repeat(32)}","spanId":"${'b'.repeat(16)}","name":"x","startTimeUnixNano":${value},"endTimeUnixNano":${value},"attributes":[{"key":"session.id","value":{"stringValue":"s-odd"}}]}]}]}]}`,
  });

  /** Everything that is read of it still answers, in numbers that are numbers. */
  async function expectWell(): Promise<void> {
    const paths = [
      '',
      '/transcript',
      '/cost',
      '/spans',
      '/export',
      '/export?format=html',
      '/export?format=csv',
      '/export?format=ams',
    ];
    for (const path of [
      ...paths.map((one) => `/api/sessions/s-odd${one}`),
      '/api/sessions',
      '/api/events',
      '/api/status',
      '/api/analysis/spend',
      '/api/quota',
      '/api/alerts',
      '/api/search?q=x',
      '/metrics',
      '/api/pulse',
      '/api/reconciliation',
    ]) {
      const answer = await target.current.ask(path);
      expect([path, answer.status]).toEqual([path, 200]);
      await answer.text();
    }
    expect((await target.current.fire({ session_id: 's-odd', hook_event_name: 'Stop' })).status).toBe(200);
  }

  it('nested without end is refused for good on every way in: nobody sends it again', async () => {
    await target.current.fire({ session_id: 's-odd', hook_event_name: 'SessionStart', cwd: '/p' });
    for (const levels of [600, 100_000]) {
      for (const shape of shapes) {
        const value =
          shape[0] === '[' ? nested(levels, shape) : `${shape[0].repeat(levels)}1${shape[1].repeat(levels)}`;
        for (const [path, body] of Object.entries(bodies(value))) {
          // The page's own questions may be larger than they may be.
          expect([400, 413], `${levels} ${path}`).toContain((await post(path, body)).status);
        }
      }
    }
    await expectWell();
  });

  it('with numbers that are none, too large, negative or not numbers is taken or refused, and all is read as before', async () => {
    for (const value of odd) {
      for (const [path, body] of Object.entries(bodies(value))) {
        const { status } = await post(path, body);
        expect(status, `${value} ${path}`).toBeLessThan(500);
      }
      for (const header of ['telltale-at', 'telltale-claude-pid', 'telltale-event-id']) {
        const answer = await target.current.fire({ session_id: 's-odd', hook_event_name: 'Stop' }, { [header]: value });
        expect(answer.status, `${header}: ${value}`).toBe(200);
      }
    }
    await expectWell();
  });

  it('with the names of what every object has changes no other object', async () => {
    for (const key of keys) {
      const value = `{"${key}":{"isAdmin":true,"polluted":"yes","then":1},"x":{"${key}":{"polluted":"yes"}}}`;
      for (const [path, body] of Object.entries(bodies(value))) {
        const { status } = await post(path, body);
        expect(status, `${key} ${path}`).toBeLessThan(500);
      }
      const fired = await target.current.fire(
        {
          ...{
            session_id: key,
            hook_event_name: key,
            cwd: `/${key}`,
            tool_name: key,
            tool_use_id: key,
            agent_id: key,
            agent_type: key,
            model: key,
          },
        },
        { 'telltale-app': key, 'telltale-user': key },
      );
      expect(fired.status).toBe(200);
      for (const path of [
        `/api/sessions/${key}`,
        `/api/analysis/spend?by=project&filter=app:${key}`,
        `/api/events?filter=tool:${key}`,
        `/api/sessions/${key}/export?format=ams`,
      ]) {
        const answer = await target.current.ask(path);
        expect([path, answer.status]).toEqual([path, 200]);
      }
      for (const path of [
        `/api/analysis/${key}`,
        `/api/sessions?sort=${key}`,
        `/api/sessions/x/export?format=${key}`,
      ]) {
        expect([400, 404], path).toContain((await target.current.ask(path)).status);
      }
    }
    await expectWell();
    const plain = (await (await target.current.ask('/api/status')).json()) as Record<string, unknown>;
    expect(JSON.stringify(plain)).not.toContain('polluted');
    const [event] = (
      (await (await target.current.ask('/api/events?session=s-odd&limit=1')).json()) as {
        events: { payload?: object }[];
      }
    ).events;
    expect(event?.payload && 'polluted' in event.payload).toBe(false);
  });
});
