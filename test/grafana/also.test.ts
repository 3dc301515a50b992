import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
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
  TELLTALE_SENDER_TOKENS: '[ttk_one,ttk_another]',
  TELLTALE_INGEST_TOKEN: 'ttk_example',
};

const others = ['also/grafana-cloud', 'also/honeycomb', 'also/sentry', 'also/logfire', 'also/personal', 'also/debug'];

// Datadog's exporter is in the collector of the compose file, not in the slim one of the tests.
describe.skipIf(!(await requiresStack()))('a configuration for another place', () => {
  it('is valid beside the shipped one, and beside the others', async () => {
    expect(await run('validate', others)).toEqual({ output: '', problem: '' });
  });

  it.each([
    [['tracing', 'also/honeycomb', 'also/logfire']],
    [['also/logfire', 'also/honeycomb', 'tracing']],
    // An empty place of the compose file names the shipped file again.
    [['also/honeycomb', 'tracing', 'config']],
    [['config', 'config', 'tracing']],
  ])('takes nothing from what is there: %j', async (files) => {
    expect(await run('validate', files)).toEqual({ output: '', problem: '' });
    const shippedAlone = await pipelines([]);
    const all = await pipelines(files);
    expect(all).toMatchObject(shippedAlone);
    for (const file of files.filter((file) => file !== 'config')) {
      const place = file === 'tracing' ? 'tempo' : file.replace('also/', '');
      expect(all[`traces/${place}`]?.exporters).toEqual([`otlp_http/${place}`]);
      if (place !== 'tempo') expect(all[`metrics/${place}`]?.exporters).toEqual([`otlp_http/${place}`]);
    }
  });

  it('loses nothing beyond this machine, where one more file comes last', async () => {
    const files = [...others, 'tracing'];
    expect(await run('validate', [...files, 'remote'])).toEqual({ output: '', problem: '' });
    expect(await pipelines([...files, 'remote'])).toEqual(await pipelines(files));
  });

  it('would take something if it named a pipeline that is there', async () => {
    const taking = (text: string) => text.replace('logs/honeycomb', 'logs/loki');
    expect(await pipelines(['also/honeycomb'], taking)).not.toMatchObject(await pipelines([]));
  });

  it('would not be valid if it named something that is not there', async () => {
    const { problem } = await run('validate', others, (text) => text.replace('forward/logs', 'forward/nothing'));
    expect(problem).toContain('nothing');
  });
});

type Pipelines = Record<string, { receivers: string[]; processors?: string[]; exporters: string[] }>;

/** What the collector would run. */
async function pipelines(files: readonly string[], change?: (text: string) => string): Promise<Pipelines> {
  const { output, problem } = await run('print-config', files, change);
  if (problem) throw new Error(problem);
  return parse(output).service.pipelines;
}

/** The shipped configuration and more of it, as the compose file names them, to the collector itself. */
async function run(
  command: 'validate' | 'print-config',
  files: readonly string[],
  change: (text: string) => string = (text) => text,
): Promise<{ output: string; problem: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-also-'));
  try {
    const paths = {
      '/etc/otelcol/redaction.yaml': join(root, 'observability/collector/redaction.yaml'),
      '/var/lib/otelcol/queue': join(folder, 'queue'),
    };
    const configs = ['config', ...files].map((file, index) => {
      const path = join(folder, `${index}.yaml`);
      const text = shipped(`collector/${file}.yaml`, file === 'config' ? paths : {});
      writeFileSync(path, file === 'config' ? text : change(text));
      return `--config=${path}`;
    });
    const { collector } = await stackBinaries();
    const options = { env: keys, maxBuffer: 2 ** 24 };
    const { stdout } = await promisify(execFile)(collector, [command, ...configs], options);
    return { output: stdout, problem: '' };
  } catch (error) {
    return { output: '', problem: String((error as { stderr?: string }).stderr || error) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
