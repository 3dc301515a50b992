import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildCommand, folderOf, telltale } from '../fixtures/telltale.ts';
import { commands } from './commands.ts';
import { createContext } from './context.ts';

buildCommand();

it('lists every command in its help', async () => {
  const help = await telltale([]);
  expect(help).toMatchObject({ code: 0, err: '' });
  const listed = [...help.out.matchAll(/^ {2}(\w+) (?=.* {2,}\S)/gm)].map(([, name]) => name);
  expect(listed).toEqual(Object.keys(commands));
});

it.each(Object.keys(commands))('%s has help of its own', async (name) => {
  const { code, out } = await telltale([name, '--help']);
  expect([code, out.startsWith(`Usage: telltale ${name} `)]).toEqual([0, true]);
});

it.each([
  [['frobnicate'], "unknown command 'frobnicate'"],
  [['status', '--frobnicate'], "unknown option '--frobnicate'\n(telltale status --help shows what there is)\n"],
  [['token', 'revoke'], 'telltale token revoke --help shows'],
  [['tail', '--last', 'many'], 'It has to be 0–1000.'],
  [['setup', '--telemetry', 'everywhere'], 'Allowed choices are user, file, none'],
  [['setup'], 'Which one: --project <folder>, or --global'],
  [['setup', '--project', '--global'], 'not both'],
  [['erase'], 'Which: --session <id> or --app <name>?'],
  [['focus'], "missing required argument 'session'"],
])('ends with 2 where it is asked in a wrong way: %j', async (args, words) => {
  const home = folderOf('cli');
  const { code, out, err } = await telltale(args, { env: { HOME: home } });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(words);
  expect(err).not.toContain('    at ');
});

it.each([['status'], ['tail'], ['open'], ['open', 'x'], ['import'], ['erase', '--session', 'x', '--yes']])(
  'ends with 1 and names the fix where no service runs: %s',
  async (...args) => {
    const env = { HOME: folderOf('cli'), TELLTALE_URL: 'http://127.0.0.1:9' };
    expect(await telltale(args, { env })).toEqual({
      code: 1,
      out: '',
      err: 'telltale: No service at http://127.0.0.1:9; start it with npm start, or name another in TELLTALE_URL.\n',
    });
  },
);

it('says that an address is none, or of another protocol, before it asks there', async () => {
  const asked = await telltale(['status'], { env: { HOME: folderOf('cli'), TELLTALE_URL: 'ftp://127.0.0.1' } });
  expect(asked).toEqual({
    ...{ code: 2, out: '' },
    err: 'telltale: TELLTALE_URL must be an http or https address, got "ftp://127.0.0.1".\n',
  });
});

it('docs/cli.md has a section for every command, in the order of the help', () => {
  const text = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  expect([...text.matchAll(/^## (\w+)$/gm)].map(([, name]) => name)).toEqual(Object.keys(commands));
});

it.each(Object.keys(commands))('%s has every option that docs/cli.md names', (name) => {
  const text = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const section = new RegExp(`^## ${name}\\n(.*?)(?=^## |$(?![\\s\\S]))`, 'ms').exec(text)?.[1] ?? '';
  const command = commands[name as keyof typeof commands](createContext(process));
  const known = [command, ...command.commands].flatMap(({ options }) => options.map(({ long }) => long));
  // Of other programs: npm, claude.
  const named = [...section.replace(/claude --settings/g, '').matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option);
  expect(named.filter((option) => !known.includes(option))).toEqual([]);
});
