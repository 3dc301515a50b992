import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliver, sendHook } from './deliver.ts';
import { createSetting, type Setting } from './setting.ts';

// The browser itself complains of a socket or a request that finds nobody; that is what these tests bring about.
const excused = /WebSocket connection to .* failed|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/;

describe.runIf(requires('chromium'))('a page whose service goes away', () => {
  let setting: Setting;
  afterEach(() => setting.close());

  it('says so, and after a kill and a restart shows every event once, also those it did not see', async () => {
    setting = await createSetting();
    const { service } = setting;
    const session = tellSession({ name: 'gap', cwd: '/p/gap', startMs: Date.now() - 60_000 });
    session.prompt('Count to ninety');
    for (let n = 0; n < 90; n += 1) session.call('Bash', { command: `echo ${n}` }, { stdout: `${n}` });
    const { hooks } = session;
    const [first, lost, last] = [hooks.slice(0, 90), hooks.slice(90, 180), hooks.slice(180)];
    for (const hook of first) await sendHook(service, hook);
    const viewer = await setting.open('/?filter=app:gap', { excused, viewport: { width: 1440, height: 3200 } });
    await viewer.rows.filter({ hasText: 'echo 28' }).waitFor();

    await service.kill();
    await viewer.page.getByText(/Connection lost .* ago/).waitFor();
    await viewer.shot('connection-lost');
    await service.start();
    for (const hook of lost) await sendHook(service, hook);
    await viewer.page.getByText('live', { exact: true }).waitFor();
    for (const hook of last) await sendHook(service, hook);

    await viewer.rows.filter({ hasText: 'echo 89' }).filter({ hasNotText: 'running' }).waitFor();
    // What was missed is fetched behind what came since.
    const commands = async () => (await viewer.rowTexts()).flatMap((text) => /echo (\d+)/.exec(text)?.[1] ?? []);
    await expect.poll(commands).toEqual(Array.from({ length: 90 }, (_, n) => String(n)));
    const running = async () => (await viewer.rowTexts()).filter((text) => text.includes('running'));
    await expect.poll(running).toEqual([]);
    await viewer.close();
  });

  it('starts over when the database was replaced', async () => {
    const home = mkdtempSync(join(tmpdir(), 'telltale-replaced-'));
    setting = await createSetting({ home });
    const { service } = setting;
    const old = tellSession({ name: 'old', cwd: '/p/old', startMs: Date.now() - 9000 });
    old.prompt('Said to the old database');
    await deliver(service, old);
    const viewer = await setting.open('/', { excused });
    await viewer.rows.filter({ hasText: 'Said to the old database' }).waitFor();

    await service.stop();
    for (const file of readdirSync(home)) if (file.startsWith('telltale.db')) rmSync(join(home, file));
    expect(existsSync(join(home, 'telltale.db'))).toBe(false);
    await service.start();
    const next = tellSession({ name: 'next', cwd: '/p/next', startMs: Date.now() - 5000 });
    next.prompt('Said to the new database');
    await deliver(service, next);

    await viewer.rows.filter({ hasText: 'Said to the new database' }).waitFor();
    await waitFor(
      'no row of before',
      async () => (await viewer.rows.filter({ hasText: 'old database' }).count()) === 0,
    );
    const cards = viewer.page.getByRole('navigation', { name: 'Sessions' });
    expect(await cards.getByText('Said to the old database').count()).toBe(0);
    await viewer.close();
  });
});
