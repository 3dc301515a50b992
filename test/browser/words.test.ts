import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import { deliver } from './deliver.ts';
import { createSetting, type Setting } from './setting.ts';

const minute = 60_000;

describe.runIf(requires('chromium'))('the words of the page', () => {
  let setting: Setting;
  const now = Date.now();
  const planned = tellSession({ name: 'plan', cwd: '/p/shop', branch: 'postgres', startMs: now - 3 * minute });
  const silent = tellSession({ name: 'silent', cwd: '/p/api', branch: 'staging', startMs: now - 50 * minute });
  beforeAll(async () => {
    planned.prompt('Plan the move to Postgres');
    planned.begin('ExitPlanMode', { plan: '# Move to Postgres\n\n1. Add `pg`' });
    silent.prompt('Deploy and watch the logs');
    for (let attempt = 0; attempt < 3; attempt += 1) silent.fail('Bash', { command: 'make deploy' }, 'Exit code 2\nno');
    silent.begin('Bash', { command: 'make logs' });
    setting = await createSetting();
    await deliver(setting.service, silent, planned);
  });
  afterAll(() => setting.close());

  it('name a plan that waits the same way on its card, in the feed and in the story, there once', async () => {
    const viewer = await setting.open('/');
    await viewer.page.locator('.needs-you .card').getByText('plan approval: Move to Postgres').waitFor();
    await viewer.rows.filter({ hasText: 'waiting for plan approval: Move to Postgres' }).waitFor();
    await viewer.page.goto(`${setting.service.url}/sessions/${planned.sessionId}`);
    const told = viewer.rows.filter({ hasText: 'waits for plan approval' });
    await told.waitFor();
    await expect
      .poll(() => viewer.rows.filter({ hasText: 'Move to Postgres' }).filter({ hasNotText: 'Plan the' }).count())
      .toBe(1);
    await viewer.page.locator('.head').getByText('waits for plan approval').waitFor();
    await told.getByRole('button').click();
    await viewer.rows.getByRole('heading', { name: 'Move to Postgres' }).waitFor();
    await viewer.close();
  });

  it('tell of a session that went silent why, also what failed before, and that nothing runs', async () => {
    const viewer = await setting.open('/');
    const card = viewer.page.locator('.trouble .card');
    await card.getByText('went silent while working').waitFor();
    await card.getByText('+ failed 3 times: Bash make deploy').waitFor();
    const last = viewer.rows.filter({ hasText: 'make logs' });
    await last.getByText('end unknown').waitFor({ state: 'attached' });
    await viewer.page.goto(`${setting.service.url}/sessions/${silent.sessionId}`);
    await viewer.page
      .locator('.foot')
      .getByText('went silent while working · failed 3 times: Bash make deploy')
      .waitFor();
    await viewer.close();
  });

  it('say of a filter that it hides somebody who waits, and of the counts that they are of all', async () => {
    const viewer = await setting.open('/?filter=app:api');
    await viewer.page.getByText('1 hidden by the filter, 1 of them needs you').waitFor();
    await viewer.page.getByRole('banner').getByText('all sessions').waitFor();
    await viewer.page.getByRole('button', { name: 'Clear the filter' }).click();
    await viewer.page.getByRole('banner').getByText('all sessions').waitFor({ state: 'detached' });
    await viewer.close();
  });

  it('keep start and failures of a session on a narrow screen', async () => {
    const viewer = await setting.open('/sessions', { viewport: { width: 390, height: 844 }, hasTouch: true });
    const row = viewer.page.locator('.row').filter({ hasText: 'Deploy and watch the logs' });
    await row.getByText('✕ 3 failed').waitFor();
    const facts = /api · staging\s*· (?:\d\d-\d\d )?\d\d:\d\d · /;
    await row.locator('.narrow').filter({ hasText: facts }).waitFor();
    await viewer.close();
  });
});
