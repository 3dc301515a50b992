import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../.claude/hooks/telltale/otel-headers.sh', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'telltale-headers-'));
afterAll(() => rmSync(home, { recursive: true }));

const shells = [['sh'], ['dash'], ['bash'], ['busybox', 'sh']].filter(
  ([command = '', ...args]) => spawnSync(command, [...args, '-c', ':']).status === 0,
);

describe.each(shells)('otelHeadersHelper in %s %s', (...shell) => {
  const [command = '', ...args] = shell.filter(Boolean);
  const printed = (config: string | undefined, env: Record<string, string> = {}) => {
    rmSync(join(home, 'config.json'), { force: true });
    if (config !== undefined) writeFileSync(join(home, 'config.json'), config);
    const run = spawnSync(command, [...args, script], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', TELLTALE_HOME: home, ...env },
    });
    expect([run.status, run.stderr]).toEqual([0, '']);
    return JSON.parse(run.stdout) as unknown;
  };

  it('prints the token of the hooks as a header', () => {
    const bearing = (token: string) => ({ Authorization: `Bearer ${token}` });
    expect(printed('{"token":"ttk_one-_1"}')).toEqual(bearing('ttk_one-_1'));
    expect(printed(JSON.stringify({ url: 'https://telltale.example', token: 'ttk_two', who: 'off' }, null, 2))).toEqual(
      bearing('ttk_two'),
    );
    expect(printed('{"token":"ttk_one"}', { TELLTALE_TOKEN: 'ttk_mine' })).toEqual(bearing('ttk_mine'));
  });

  it('prints no header where there is none, or what is no token', () => {
    for (const config of [undefined, '', '{}', '{"url":"http://127.0.0.1:4000"}', String.raw`{"token":"a\"b"}`])
      expect(printed(config)).toEqual({});
    expect(printed('{}', { TELLTALE_TOKEN: 'two\nlines' })).toEqual({});
  });
});
