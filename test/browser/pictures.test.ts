import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDay, storySession } from '../../apps/cli/src/demo/demo-day.ts';
import { uuidOf } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import { root } from '../service.ts';
import { deliver } from './deliver.ts';
import { createSetting, type Setting } from './setting.ts';

/** The pictures of the README: `TELLTALE_PICTURES=1 npx vitest run --config test/vitest.config.ts test/browser/pictures` */
const folder = process.env.TELLTALE_PICTURES === '1' ? join(root, 'docs/images') : join(root, 'test-results/screens');
const viewport = { width: 1600, height: 1000 };

describe.runIf(requires('chromium'))('the pictures of the README', () => {
  let setting: Setting;
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    setting = await createSetting();
    await deliver(setting.service, ...demoDay(Date.now()));
  });
  afterAll(() => setting.close());

  it('show a forenoon with seven sessions: who waits, what goes wrong, an opened edit', async () => {
    const viewer = await setting.open('/', { viewport });
    await viewer.rows.filter({ hasText: 'prisma migrate' }).waitFor();
    await viewer.rows.filter({ hasText: 'guide/deploy.md' }).click();
    await viewer.page.getByRole('complementary', { name: 'Opened event' }).getByText('#environment').first().waitFor();
    await viewer.page.getByText('1 needs you').first().waitFor();
    expect(await viewer.page.locator('.card').count()).toBe(5);
    await viewer.page.mouse.move(1590, 990);
    await viewer.page.waitForTimeout(400); // colours of the code
    await viewer.page.screenshot({ path: join(folder, 'live.png') });
    await viewer.close();
  });

  it('show a session as a story, one call opened', async () => {
    const viewer = await setting.open(`/sessions/${uuidOf(storySession)}`, { viewport });
    await viewer.rows.filter({ hasText: 'exit 1' }).last().waitFor();
    await viewer.rows.filter({ hasText: 'Edit' }).filter({ hasText: '+3 −2' }).getByRole('button').first().click();
    await viewer.page.getByText('await migrateTokens();').first().waitFor();
    await viewer.page.mouse.move(1590, 990);
    await viewer.page.waitForTimeout(400);
    await viewer.page.screenshot({ path: join(folder, 'session.png') });
    await viewer.close();
  });
});
