import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../client/stage.ts';
import { connect, type Install, pluginArgs, registeredEvents } from '../installs.ts';
import { requiresClaude } from '../requires.ts';
import { serviceFor } from '../running-service.ts';
import { root, type Service } from '../service.ts';
import { createConnectedStage, delivered } from '../system.ts';
import { fired, stored } from './compare.ts';

const ways: { name: string; install: Install[]; args?: string[] }[] = [
  { name: 'copied', install: ['copied'] },
  { name: 'connected', install: ['connected'] },
  { name: 'global', install: ['global'] },
  { name: 'plugin', install: [], args: pluginArgs },
  { name: 'copied-and-global', install: ['copied', 'global'] },
  { name: 'copied-and-plugin', install: ['copied'], args: pluginArgs },
  { name: 'global-and-plugin', install: ['global'], args: pluginArgs },
  { name: 'all-at-once', install: ['copied', 'global'], args: pluginArgs },
];

describe.runIf(await requiresClaude())('each event comes once, however the hooks are installed', () => {
  const running = serviceFor('tests');
  let service: Service;
  let stage: Stage;
  beforeAll(() => {
    service = running.current;
  });
  afterEach(() => stage.close());

  it('the sh form in the project and the node form for the user: once, and with a warning', async () => {
    stage = await createConnectedStage({ service, install: ['copied'], project: 'sh-and-node' });
    mkdirSync(join(stage.world.home, '.claude'), { recursive: true });
    copyFileSync(join(root, 'hooks', 'settings.windows.json'), join(stage.world.home, '.claude', 'settings.json'));
    await look();
    await delivered(stage, service);
    expect(stored(await service.events('app=sh-and-node'))).toEqual(fired(stage.recorder.recorded()));
    const [session] = (await service.sessions()).filter((one) => one.app === 'sh-and-node');
    expect(session).toMatchObject({ installedTwice: true });
  });

  it('http hooks without any script of ours: all but SessionStart, which the client never sends by http', async () => {
    stage = await createConnectedStage({ service, install: [], project: 'http' });
    const handler = { type: 'http', url: `${service.url}/ingest/hook` };
    const names = [...registeredEvents()].filter((name) => name !== 'SessionStart');
    const hooks = Object.fromEntries(names.map((name) => [name, [{ hooks: [handler] }]]));
    mkdirSync(join(stage.world.home, '.claude'), { recursive: true });
    writeFileSync(join(stage.world.home, '.claude', 'settings.json'), JSON.stringify({ hooks }));
    await look();
    await delivered(stage, service);
    const [first] = stage.recorder.recorded();
    const told = stored(await service.events(`session=${first?.input.session_id}`));
    expect(told).toEqual(fired(stage.recorder.recorded().filter((one) => one.name !== 'SessionStart')));
    expect(told.length).toBe(6);
  });

  for (const way of ways) {
    it(way.name, async () => {
      stage = await createConnectedStage({ service, install: way.install, project: way.name });
      await look(way.args);
      await delivered(stage, service);
      const told = stored(await service.events(`app=${way.name}`));
      expect(told).toEqual(fired(stage.recorder.recorded()));
      expect(told.length).toBeGreaterThan(5);
      if (way.install.includes('global')) await connect(stage, '--global', '--undo');
    });
  }

  async function look(args: string[] = []): Promise<void> {
    const call = { name: 'Bash', input: { command: 'ls', description: 'Look' } };
    await stage.run(stage.prompt('Look.', [{ calls: [call] }, { say: 'Looked.' }]), { args });
  }
});
