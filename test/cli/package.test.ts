import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { folderOf } from '../../apps/cli/fixtures/telltale.ts';
import { serviceFor } from '../running-service.ts';
import { root } from '../service.ts';

const run = promisify(execFile);
const service = serviceFor('tests');

it('the packed command needs nothing but Node: installed into an empty folder, without a network, it works', async () => {
  const folder = folderOf('package');
  const env = { PATH: process.env.PATH ?? '', HOME: folder, TELLTALE_URL: service.current.url };
  await run('npm', ['pack', '--pack-destination', folder], { cwd: join(root, 'apps', 'cli'), env });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const place = join(folder, 'place');
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  // Nobody listens there: whatever it had to fetch would fail.
  const flags = ['--no-audit', '--no-fund', '--registry=http://127.0.0.1:9', '--fetch-retries=0'];
  await run('npm', ['install', '--prefix', place, ...flags, join(folder, tarball)], { cwd: folder, env });
  const bin = join(place, 'node_modules', '.bin', 'telltale');

  const { stdout: help } = await run(bin, ['--help'], { env });
  expect(help).toContain('Usage: telltale');
  const { stdout: status } = await run(bin, ['status'], { env });
  expect(status).toContain(`at ${service.current.url}`);
  const project = join(folder, 'shop');
  mkdirSync(project);
  const { stdout: setup } = await run(bin, ['setup', '--project', project], { env, cwd: folder });
  expect(setup).toContain('Done.');
  expect(existsSync(join(project, '.claude', 'hooks', 'telltale', 'hook.sh'))).toBe(true);
  await expect(run(bin, ['backup'], { env: { ...env, TELLTALE_HOME: service.current.home } })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('A backup needs better-sqlite3'),
  });
});
