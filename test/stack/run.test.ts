import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { requiresStack } from '../requires.ts';
import { root } from '../service.ts';
import { waitFor } from '../wait.ts';

describe.skipIf(!(await requiresStack()))('npm run stack', () => {
  let npm: ReturnType<typeof spawn> | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'telltale-run-'));
  const stackFolders = () => readdirSync(folder).filter((name) => name.startsWith('telltale-stack-'));
  afterEach(() => npm?.kill('SIGKILL'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('prints its addresses as one line of JSON when they answer, and takes everything along when it is ended', async () => {
    const env = { ...process.env, TMPDIR: folder };
    const started = spawn('npm', ['run', '--silent', 'stack'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    npm = started;
    let [printed, said] = ['', ''];
    started.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
    started.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    await waitFor('the line', () => printed.includes('\n') || started.exitCode !== null, 150_000);
    expect(printed, said).toMatch(/^\{.*\}\n$/);
    const urls = JSON.parse(printed) as Record<string, string>;
    expect(Object.keys(urls)).toEqual(['otlp', 'prometheus', 'loki', 'telltale']);
    expect(await status(`${urls.otlp}/v1/metrics`, '{"resourceMetrics":[]}')).toBe(200);
    expect(await status(`${urls.prometheus}/-/ready`)).toBe(200);
    expect(await status(`${urls.loki}/ready`)).toBe(200);
    expect(await status(`${urls.telltale}/healthz`)).toBe(200);
    expect(stackFolders()).toHaveLength(1);

    const ended = new Promise((resolve) => started.once('exit', resolve));
    started.kill('SIGTERM');
    await ended;
    await waitFor('its folder to be gone', () => stackFolders().length === 0, 60_000);
    for (const url of Object.values(urls)) await expect(fetch(url)).rejects.toThrow(/fetch failed/);
  });
});

async function status(url: string, body?: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url, body === undefined ? {} : { method: 'POST', headers, body })).status;
}
