import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { root } from '../service.ts';
import { waitFor } from '../wait.ts';
import { stackBinaries } from './binaries.ts';
import { logsPayload, metricsPayload, send, tracesPayload } from './payloads.ts';
import { loglines, logql, only, promql } from './queries.ts';
import { shipped } from './shipped.ts';
import { createStack, prometheusFlags, type Stack } from './stack.ts';

describe.skipIf(!(await requiresStack()))('the native stack', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await createStack();
  });
  afterAll(() => stack?.stop());

  it('takes all three signals, and shows what came in Prometheus and Loki', async () => {
    const at = Date.now() - 1_000;
    const session = 'aaaaaaaa-0000-4000-8000-000000000001';
    const attributes = { 'session.id': session, model: 'claude-opus-4-8[1m]', project: 'shop' };
    const point = { startedAt: at - 60_000, at, value: 0.123456, attributes };
    const metric = { name: 'claude_code.cost.usage', unit: 'USD', points: [point] };
    const record = {
      name: 'api_request',
      at,
      attributes: { ...attributes, 'event.sequence': 7, cost_usd: 0.123456, request_id: 'req_1' },
    };
    const span = { traceId: '0'.repeat(31) + 1, spanId: '0'.repeat(15) + 1, name: 'claude_code.tool', at, attributes };

    expect(await send(stack.otlp, 'metrics', metricsPayload([metric]))).toBe(200);
    expect(await send(stack.otlp, 'logs', logsPayload([record]))).toBe(200);
    expect(await send(stack.otlp, 'traces', tracesPayload([span]))).toBe(200);

    const series = await waitFor('the point in Prometheus', async () => {
      const found = await promql(stack.prometheus, 'claude_code_cost_usage_USD_total');
      return found.length > 0 && found;
    });
    expect(series).toEqual([
      {
        labels: expect.objectContaining({
          session_id: session,
          model: 'claude-opus-4-8[1m]',
          model_base: 'claude-opus-4-8',
          temporality: 'cumulative',
          start_ms: String(at - 60_000),
          project: 'shop',
          job: 'claude-code',
        }),
        value: 0.123456,
      },
    ]);
    const lines = await waitFor('the event in Loki', async () => {
      const found = await loglines(stack.loki, '{service_name="claude-code"}', at - 1_000, at + 60_000);
      return found.length > 0 && found;
    });
    expect(lines).toEqual([
      {
        time: `${at}000007`,
        line: `claude_code.api_request ${session} 7 req_1`,
        labels: expect.objectContaining({
          event_name: 'api_request',
          session_id: session,
          model: 'claude-opus-4-8[1m]',
        }),
      },
    ]);
    const sum = 'sum(sum_over_time({service_name="claude-code", event_name="api_request"} | unwrap cost_usd [1h]))';
    expect(only(await logql(stack.loki, sum))).toBe(0.123456);
  });
});

describe.skipIf(!(await requiresStack()))('the shipped configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-configs-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const run = promisify(execFile);

  it('is valid to the collector, with tracing too', async () => {
    const { collector } = await stackBinaries();
    const place = { '/etc/otelcol/redaction.yaml': join(root, 'observability/collector/redaction.yaml') };
    const queue = join(folder, 'queue');
    mkdirSync(queue);
    const config = write(
      'config.yaml',
      shipped('collector/config.yaml', { ...place, '/var/lib/otelcol/queue': queue }),
    );
    const tracing = join(root, 'observability/collector/tracing.yaml');
    await run(collector, ['validate', `--config=${config}`]);
    await run(collector, ['validate', `--config=${config}`, `--config=${tracing}`]);
    const wrong = write('wrong.yaml', readFileSync(config, 'utf8').replaceAll('num_consumers', 'num_consumer'));
    await expect(run(collector, ['validate', `--config=${wrong}`])).rejects.toThrow(/num_consumer/);
  });

  it('is valid to Prometheus and to Loki', async () => {
    const { promtool, loki } = await stackBinaries();
    await run(promtool, ['check', 'config', join(root, 'observability/prometheus/prometheus.yml')]);
    await run(loki, ['-verify-config', `-config.file=${join(root, 'observability/loki/loki.yaml')}`]);
    const wrong = write('wrong.yaml', shipped('loki/loki.yaml', { 'max_line_size:': 'max_line_sise:' }));
    await expect(run(loki, ['-verify-config', `-config.file=${wrong}`])).rejects.toThrow(/max_line_sise/);
  });

  it('starts Prometheus in the tests with the flags of docker-compose.yml', () => {
    const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
    for (const flag of prometheusFlags) expect(compose).toContain(`- ${flag}\n`);
  });

  it('cannot be tested with a text to replace that it does not hold', () => {
    expect(() => shipped('loki/loki.yaml', { 'http_listen_port: 3101': '' })).toThrow(/does not hold/);
  });
});
