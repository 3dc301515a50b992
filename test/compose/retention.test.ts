import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../service.ts';

const read = (path: string) => parse(readFileSync(join(root, 'observability', path), 'utf8'));
const days = (text: string) => Number.parseInt(text, 10) / (text.endsWith('h') ? 24 : 1);

it('metrics, events and spans are kept equally long, as the README says', () => {
  const prometheus = read('prometheus/prometheus.yml').storage.tsdb.retention.time;
  const loki = read('loki/loki.yaml').limits_config.retention_period;
  const tempo = read('tempo/tempo.yaml').overrides.defaults.compaction.block_retention;
  expect([prometheus, loki, tempo].map(days)).toEqual([400, 400, 400]);
  const readme = readFileSync(join(root, 'observability/README.md'), 'utf8');
  for (const what of ['metrics', 'events', 'spans'])
    expect(readme).toMatch(new RegExp(`^\\| ${what}.* \\| 400 days`, 'm'));
});

// Its program is not here, and it refuses to start with a key that it does not know.
it('Tempo’s file has no key but those of version 3 that it needs, and paths on its volume', () => {
  const tempo = read('tempo/tempo.yaml');
  expect(Object.keys(tempo).sort()).toEqual(['distributor', 'overrides', 'server', 'storage', 'usage_report']);
  expect(tempo.overrides).toEqual({ defaults: { compaction: { block_retention: '9600h' } } });
  expect(tempo.storage).toEqual({
    trace: { backend: 'local', wal: { path: '/var/tempo/wal' }, local: { path: '/var/tempo/blocks' } },
  });
  const collector = read('collector/tracing.yaml').exporters['otlp_http/tempo'].traces_endpoint;
  expect(new URL(collector).port).toBe(tempo.distributor.receivers.otlp.protocols.http.endpoint.split(':')[1]);
});
