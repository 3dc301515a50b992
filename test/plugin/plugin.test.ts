import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClientAge, claudeBinary } from '../client/binary.ts';
import type { Stage } from '../client/stage.ts';
import { connect, type Install } from '../installs.ts';
import { requiresClaude } from '../requires.ts';
import { fired, stored } from '../road/compare.ts';
import { serviceFor } from '../running-service.ts';
import { root, type Service } from '../service.ts';
import { createConnectedStage, delivered } from '../system.ts';

const docs = readFileSync(join(root, 'docs/plugin.md'), 'utf8');
/** What the page has a user type: to install, to update a copy, to remove. */
const [toInstall = [], toUpdate = [], toRemove = []] = [...docs.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(
  ([, block = '']) => block.trim().split('\n'),
);

/** The sender comes for a transcript behind the events. */
const patience = { timeout: 60_000 };

describe('the manifests', () => {
  const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, unknown>;

  it('have the version of the package, by which clients know an update', () => {
    expect(read('hooks/.claude-plugin/plugin.json').version).toBe(read('package.json').version);
  });
});

for (const age of ['new', 'old'] satisfies ClientAge[]) {
  describe.runIf(await requiresClaude(age))(`the plugin, installed by the real client (${age})`, () => {
    const running = serviceFor('tests');
    let service: Service;
    let stage: Stage;
    beforeAll(() => {
      service = running.current;
    });
    afterEach(() => stage.close());

    const ways: Install[][] = [[], ['connected'], ['global']];
    for (const install of ways) {
      it(`tells each event once, ${install.length > 0 ? `beside the ${install} hooks` : 'alone'}`, async () => {
        const project = `plugin-${install.join('') || 'alone'}-${age}`;
        stage = await createConnectedStage({ service, install, project, age });
        await type(toInstall);
        await look();
        await delivered(stage, service);
        const events = await service.events(`app=${project}`);
        expect(stored(events)).toEqual(fired(stage.recorder.recorded()));
        expect(events.length).toBeGreaterThan(5);
        const [session] = (await service.sessions()).filter(({ app }) => app === project);
        expect(session?.installedTwice).toBeUndefined();
        const id = session?.id ?? '';
        await expect.poll(async () => (await service.transcript(id)).entries.length, patience).toBeGreaterThan(3);
        if (install.includes('global')) await connect(stage, '--global', '--undo');
      });
    }

    it('comes anew into the copy of an older client, and leaves nothing that fires', async () => {
      stage = await createConnectedStage({ service, install: [], project: `plugin-gone-${age}`, age });
      await type(toInstall);
      await type(toUpdate);
      await look();
      await delivered(stage, service);
      const told = await service.events(`app=plugin-gone-${age}`);
      expect(stored(told)).toEqual(fired(stage.recorder.recorded()));
      await type(toRemove);
      await look();
      await delivered(stage, service);
      expect(fired(stage.recorder.recorded()).length).toBe(2 * stored(told).length);
      expect((await service.events(`app=plugin-gone-${age}`)).length).toBe(told.length);
    });

    /** The commands of the page, with a clone in a folder whose name has a blank. */
    async function type(commands: readonly string[]): Promise<void> {
      const clone = join(stage.world.folder, 'a clone');
      for (const part of ['.claude-plugin', 'hooks'])
        cpSync(join(root, part), join(clone, part), {
          ...{ recursive: true, filter: (path: string) => !['test', 'node_modules'].includes(basename(path)) },
        });
      const binary = await claudeBinary(age);
      for (const command of commands) {
        const [name, ...words] = command.split(' ');
        expect(name).toBe('claude');
        const args = words.map((word) => (word === '~/telltale' ? clone : word));
        const place = { cwd: stage.world.project, env: stage.world.env, timeout: 120_000 };
        await promisify(execFile)(binary, args, place);
      }
    }

    async function look(): Promise<void> {
      const call = { name: 'Bash', input: { command: 'ls', description: 'Look' } };
      const run = await stage.run(stage.prompt('Look.', [{ calls: [call] }, { say: 'Looked.' }]), {
        timeoutMs: 120_000,
      });
      expect(run.exitCode).toBe(0);
    }
  });
}
