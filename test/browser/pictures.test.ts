import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { demoDay, storySession } from '../../apps/cli/src/demo/demo-day.ts';
import { uuidOf } from '../../apps/cli/src/demo/tell-session.ts';
import type { Told } from '../../apps/cli/src/demo/told.ts';
import { requires } from '../requires.ts';
import { root } from '../service.ts';
import { deliver, deliverTranscript, sendHook } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

/** `npm run pictures` makes those of the README; a test run makes them for itself, to see that they can be made. */
const isForReadme = process.env.TELLTALE_PICTURES === '1';
const folder = isForReadme ? join(root, 'docs/images') : join(root, 'test-results/screens');
const viewport = { width: 1600, height: 1000 };
const themes = ['light', 'dark'] as const;
type Theme = (typeof themes)[number];

describe.runIf(requires('chromium'))('the pictures of the README', () => {
  let setting: Setting;
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    setting = await createSetting();
    await deliver(setting.service, ...demoDay(Date.now()));
  });
  afterAll(() => setting.close());

  it.each(themes)(
    'show a forenoon with seven sessions: who waits, what goes wrong, an opened edit (%s)',
    async (theme) => {
      const viewer = await setting.open('/', { viewport, colorScheme: theme });
      await viewer.rows.filter({ hasText: 'prisma migrate' }).waitFor();
      await viewer.rows.filter({ hasText: 'guide/deploy.md' }).click();
      await viewer.page
        .getByRole('complementary', { name: 'Opened event' })
        .getByText('#environment')
        .first()
        .waitFor();
      await viewer.page.getByText('1 needs you').first().waitFor();
      await expect.poll(() => viewer.page.locator('.card').count()).toBe(5);
      await shoot(viewer, 'live', theme);
    },
  );

  it.each(themes)('show a session as a story, one call opened (%s)', async (theme) => {
    const viewer = await setting.open(`/sessions/${uuidOf(storySession)}`, { viewport, colorScheme: theme });
    await viewer.rows.filter({ hasText: 'exit 1' }).last().waitFor();
    await viewer.rows.filter({ hasText: 'Edit' }).filter({ hasText: '+3 −2' }).getByRole('button').first().click();
    await viewer.page.getByText('await migrateTokens();').first().waitFor();
    await shoot(viewer, 'session', theme);
  });
});

async function shoot(viewer: Viewer, name: string, theme: Theme): Promise<void> {
  await viewer.page.mouse.move(1590, 990);
  await viewer.page.waitForTimeout(400); // colours of the code
  await viewer.page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
  await viewer.close();
}

if (isForReadme) describe.runIf(requires('chromium'))('the moving picture of the README', movingPicture);

/** The end of the forenoon once more, event by event as it came in. */
function movingPicture(): void {
  let setting: Setting;
  const frames = mkdtempSync(join(tmpdir(), 'telltale-frames-'));
  beforeEach(async () => {
    setting = await createSetting();
  });
  afterEach(() => setting.close());
  afterAll(() => rmSync(frames, { recursive: true, force: true }));

  it.each(themes)('shows agents at work for a few seconds, in at most 2 MB (%s)', async (theme) => {
    const day = demoDay(Date.now());
    const hooks = day.flatMap((session) => session.hooks).sort((a, b) => a.atMs - b.atMs);
    const told = hooks.splice(0, hooks.length - 26);
    for (const hook of told) await sendHook(setting.service, hook);
    const isOver = ({ hooks: all }: Told) => all.every((hook) => told.includes(hook));
    for (const session of day.filter(isOver)) await deliverTranscript(setting.service, session); // what it cost
    const viewer = await setting.open('/', { viewport: { width: 1200, height: 750 }, colorScheme: theme });
    await viewer.rows.first().waitFor();
    const files: string[] = [];
    for (const hook of hooks) {
      await sendHook(setting.service, hook);
      await viewer.page.waitForTimeout(250); // what arrived is drawn
      files.push(join(frames, `${theme}-${files.length}.png`));
      await viewer.page.screenshot({ path: files.at(-1) ?? '' });
    }
    await viewer.close();
    const out = join(folder, `live-${theme}.webp`);
    const steps = files.flatMap((file) => ['-d', file === files.at(-1) ? '3000' : '550', file]);
    await promisify(execFile)('img2webp', ['-loop', '0', '-mixed', '-q', '70', ...steps, '-o', out]);
    expect(statSync(out).size).toBeLessThan(2_000_000);
  });
}
