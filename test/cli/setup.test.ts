import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { buildCommand, commandFile, folderOf, until } from '../../apps/cli/fixtures/telltale.ts';
import { type ClientAge, clientVersions } from '../client/binary.ts';
import { createStage, type Stage } from '../client/stage.ts';
import { requires, requiresClaude } from '../requires.ts';
import { serviceFor } from '../running-service.ts';
import { createConnectedStage, delivered } from '../system.ts';

buildCommand();

for (const age of ['new', 'old'] as const satisfies ClientAge[])
  describe.runIf(await requiresClaude(age))(`Claude Code ${clientVersions[age]} after telltale setup`, () => {
    const service = serviceFor('tests');
    let stage: Stage;
    afterEach(() => stage.close());
    const setup = async (...args: string[]) => stage.execute(process.execPath, [await commandFile(), 'setup', ...args]);
    const settings = () => join(stage.world.home, '.claude', 'settings.json');

    async function say(words: string, args: string[] = []): Promise<string> {
      await stage.run(stage.prompt(words, [{ say: 'Said.' }]), { args });
      await delivered(stage, service.current);
      const id = stage.recorder.recorded().at(-1)?.input.session_id;
      if (typeof id !== 'string') throw new Error('the client fired no hook');
      return id;
    }

    it('sends hooks and telemetry of every project, with prompts where that was chosen, and nothing after undo', async () => {
      stage = await createConnectedStage({ service: service.current, install: [], project: `global-${age}`, age });
      expect(await setup('--global', '--log-prompts')).toContain('Done.');
      const id = await say('Say the telltale word.');
      await until(async () =>
        expect(await service.current.session(id)).toMatchObject({ costSource: 'events', prompts: 1 }),
      );
      const told = await service.current.events(`session=${id}`);
      expect(new Set(told.map(({ source }) => source))).toEqual(new Set(['hook', 'otel']));
      const prompt = told.find(({ source, name }) => source === 'otel' && name === 'user_prompt');
      expect(JSON.stringify(prompt?.payload)).toContain('Say the telltale word.');
      expect(told.find(({ source }) => source === 'hook')?.origin?.host).toBe(hostname());

      await setup('--global', '--undo');
      expect(existsSync(settings())).toBe(false);
      const silent = await say('Say nothing.');
      expect((await fetch(`${service.current.url}/api/sessions/${silent}`)).status).toBe(404);
    });

    it('does not load settings with a comment, which is why setup refuses them', async () => {
      stage = await createStage({ age });
      const ran = join(stage.world.folder, 'ran');
      const hooks = { SessionStart: [{ hooks: [{ type: 'command', command: `echo ran >'${ran}'` }] }] };
      const plain = JSON.stringify({ hooks });
      mkdirSync(join(stage.world.home, '.claude'), { recursive: true });
      writeFileSync(settings(), plain.replace('{', '{ /* mine */'));
      await stage.run(stage.prompt('Hello.', [{ say: 'Hello.' }]));
      expect(existsSync(ran)).toBe(false);
      await expect(setup('--global')).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('a comment in line 1'),
      });
      writeFileSync(settings(), plain);
      await stage.run(stage.prompt('Hello.', [{ say: 'Hello.' }]));
      expect(existsSync(ran)).toBe(true);
    });
  });

describe.runIf(requires('tmux'))('telltale setup on a terminal', () => {
  let home: string;
  beforeEach(() => {
    home = folderOf('asked');
    mkdirSync(join(home, 'shop'));
  });

  it('asks for the place, telemetry, prompts and who it was, shows the change, and writes only after a yes', async () => {
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: home,
      TERM: 'xterm',
      LC_ALL: 'C.UTF-8',
      TELLTALE_URL: 'http://127.0.0.1:9',
    };
    const tmux = async (...args: string[]) =>
      (await promisify(execFile)('tmux', ['-S', join(home, 's'), '-f', '/dev/null', ...args], { env, timeout: 30_000 }))
        .stdout;
    onTestFinished(async () => {
      await tmux('kill-server').catch(() => {}); // It ends by itself with its last pane.
    });
    const file = join(home, 'shop', '.claude', 'settings.json');
    const answer = async (question: RegExp, keys: string) => {
      await until(async () => expect(await tmux('capture-pane', '-p', '-J', '-t', 'asked')).toMatch(question));
      await tmux('send-keys', '-t', 'asked', ...(keys === '' ? [] : [keys]), 'Enter');
    };
    const start = async () => {
      const line = `'${process.execPath}' '${await commandFile()}' setup; echo "ended $?"; cat`;
      await tmux(
        'new-session',
        '-d',
        '-s',
        'asked',
        '-x',
        '150',
        '-y',
        '50',
        '-c',
        join(home, 'shop'),
        'sh',
        '-c',
        line,
      );
    };
    const decide = async (yes: string) => {
      await start();
      await answer(/Connect all your projects, or one\?.*: *$/m, '.');
      await answer(/Telemetry tells .* \[y\/N\] *$/m, '');
      await answer(/the text of your prompts, too\?.*\[y\/N\] *$/m, 'y');
      await answer(/Shall events say who and where.*\[Y\/n\] *$/m, 'n');
      await answer(/Write this\? \[Y\/n\] *$/m, yes);
      await until(async () => expect(await tmux('capture-pane', '-p', '-t', 'asked')).toMatch(/ended \d/));
      const screen = await tmux('capture-pane', '-p', '-S', '-', '-t', 'asked');
      await tmux('kill-session', '-t', 'asked').catch(() => {}); // The server ends with it.
      return screen;
    };
    expect(await decide('n')).toMatch(/Nothing was done\.\s+ended 1/);
    expect(existsSync(file)).toBe(false);
    expect(await decide('')).toMatch(/Done\. Work with Claude Code in .*shop[\s\S]*ended 0/);
    expect(JSON.parse(readFileSync(file, 'utf8')).env).toEqual({ OTEL_RESOURCE_ATTRIBUTES: 'project=shop' });
    const telemetry = JSON.parse(readFileSync(join(home, '.telltale', 'telemetry.json'), 'utf8'));
    expect(telemetry.env.OTEL_LOG_USER_PROMPTS).toBe('1');
    expect(JSON.parse(readFileSync(join(home, '.telltale', 'config.json'), 'utf8'))).toEqual({ who: 'off' });
  });
});
