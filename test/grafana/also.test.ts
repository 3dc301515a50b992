import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { root } from '../service.ts';
import { stackBinaries } from '../stack/binaries.ts';
import { shipped } from '../stack/shipped.ts';

const keys = {
  GRAFANA_CLOUD_OTLP_ENDPOINT: 'https://otlp-gateway.example/otlp',
  GRAFANA_CLOUD_AUTHORIZATION: 'Basic example',
  HONEYCOMB_API_KEY: 'example',
  SENTRY_OTLP_ENDPOINT: 'https://sentry.example/integration/otlp',
  SENTRY_PUBLIC_KEY: 'example',
  LOGFIRE_WRITE_TOKEN: 'example',
};

// Datadog's exporter is in the collector of the compose file, not in the slim one of the tests.
describe.skipIf(!(await requiresStack()))('a configuration for another place', () => {
  it('is valid beside the shipped one, and beside the others', async () => {
    expect(await validated(['grafana-cloud', 'honeycomb', 'sentry', 'logfire'])).toBe('');
  });

  it('would not be if it named something that is not there', async () => {
    expect(await validated(['honeycomb'], (text) => text.replace('forward/logs', 'forward/nothing'))).toContain(
      'nothing',
    );
  });
});

/** What the collector has against it. */
async function validated(names: readonly string[], change: (text: string) => string = (text) => text): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-also-'));
  const write = (file: string, text: string) => {
    writeFileSync(join(folder, file), text);
    return join(folder, file);
  };
  try {
    const redaction = join(root, 'observability/collector/redaction.yaml');
    const main = shipped('collector/config.yaml', {
      '/etc/otelcol/redaction.yaml': redaction,
      '/var/lib/otelcol/queue': join(folder, 'queue'),
    });
    const also = names.map((name) => write(`${name}.yaml`, change(shipped(`collector/also/${name}.yaml`, {}))));
    const { collector } = await stackBinaries();
    const configs = [write('config.yaml', main), ...also].map((file) => `--config=${file}`);
    await promisify(execFile)(collector, ['validate', ...configs], { env: keys });
    return '';
  } catch (error) {
    return String((error as { stderr?: string }).stderr ?? error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
