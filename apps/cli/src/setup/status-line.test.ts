import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCommand, folderOf, telltale } from '../../fixtures/telltale.ts';

buildCommand();

const own = '{ "statusLine": { "type": "command", "command": "echo mine" } }\n';

it('puts our status line around the own one, and gives that back', async () => {
  const home = folderOf('cli');
  const settings = join(home, '.claude', 'settings.json');
  mkdirSync(join(home, '.claude'));
  writeFileSync(settings, own);
  const setup = (...args: string[]) => telltale(['setup', '--statusline', ...args], { env: { HOME: home } });

  expect(await setup('--dry-run')).toMatchObject({ code: 0, out: expect.stringContaining('A dry run') });
  expect(readFileSync(settings, 'utf8')).toBe(own);
  expect(await setup('--yes')).toMatchObject({ code: 0, out: expect.stringContaining('setup --statusline --undo') });
  expect(JSON.parse(readFileSync(settings, 'utf8')).statusLine.command).toContain("'echo mine'");
  expect(existsSync(join(home, '.telltale', 'hooks', 'statusline.sh'))).toBe(true);
  expect((await setup('--yes')).out).toContain('set up already');
  expect(await setup('--undo', '--yes')).toMatchObject({ code: 0 });
  expect(readFileSync(settings, 'utf8')).toBe(own);
  expect((await setup('--undo', '--yes')).out).toContain('nothing to undo');
});

it('comes with hooks of a project, and stays in the own settings when those go', async () => {
  const home = folderOf('cli');
  const project = folderOf('shop');
  const settings = join(home, '.claude', 'settings.json');
  const env = { HOME: home };
  const setup = (...args: string[]) =>
    telltale(['setup', '--project', project, '--telemetry', 'none', '--yes', ...args], { env });
  expect(await setup('--statusline')).toMatchObject({ code: 0 });
  expect(readFileSync(settings, 'utf8')).toContain('statusline.sh');
  expect(readFileSync(join(project, '.claude', 'settings.json'), 'utf8')).not.toContain('statusline.sh');
  expect(await setup('--undo')).toMatchObject({ code: 0 });
  expect([existsSync(settings), existsSync(join(project, '.claude'))]).toEqual([true, false]);
  expect(await telltale(['setup', '--statusline', '--undo', '--yes'], { env })).toMatchObject({ code: 0 });
  expect(existsSync(settings)).toBe(false);
});

it('goes alone and leaves hooks and telemetry of all projects, which give the file back as it was', async () => {
  const home = folderOf('cli');
  const settings = join(home, '.claude', 'settings.json');
  mkdirSync(join(home, '.claude'));
  writeFileSync(settings, own);
  const env = { HOME: home, TELLTALE_URL: 'http://127.0.0.1:9' };
  const setup = (...args: string[]) => telltale(['setup', ...args], { env });
  const keys = () => Object.keys(JSON.parse(readFileSync(settings, 'utf8')));

  expect(await setup('--global', '--statusline')).toMatchObject({ code: 0 });
  expect(keys()).toEqual(['statusLine', 'hooks', 'env']);
  await setup('--statusline', '--undo');
  expect(JSON.parse(readFileSync(settings, 'utf8')).statusLine).toEqual(JSON.parse(own).statusLine);
  expect(keys()).toEqual(['statusLine', 'hooks', 'env']);
  await setup('--global', '--undo');
  expect(readFileSync(settings, 'utf8')).toBe(own);
});
