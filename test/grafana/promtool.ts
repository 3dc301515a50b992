import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stackBinaries } from '../stack/binaries.ts';

/** Series as promtool writes them: `1x120 0x80` is 121 samples of 1 and 81 of 0, one each interval from time 0 on. */
export type Series = Record<string, string>;

export interface PromtoolTest {
  interval: string;
  series: Series;
  rules?: readonly object[];
  alert_rule_test?: readonly object[];
  promql_expr_test?: readonly object[];
}

/** What promtool has against it; nothing is the empty text. Prometheus' own engine, and no time that passes. */
export async function promtoolTest({ series, rules = [], ...test }: PromtoolTest): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-promtool-'));
  const write = (name: string, content: object) => writeFileSync(join(folder, name), JSON.stringify(content)); // JSON is YAML
  try {
    const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }));
    write('rules.yml', { groups: [{ name: 'all', interval: '1m', rules }] });
    write('test.yml', { rule_files: ['rules.yml'], evaluation_interval: '1m', tests: [{ ...test, input_series }] });
    const { promtool } = await stackBinaries();
    await promisify(execFile)(promtool, ['test', 'rules', join(folder, 'test.yml')]);
    return '';
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr || String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
