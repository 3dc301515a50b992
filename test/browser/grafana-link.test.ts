import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { requires } from '../requires.ts';
import { root } from '../service.ts';
import { sendHook } from './deliver.ts';
import { createSetting, type Setting } from './setting.ts';

const sessionId = '0b5a3c9e-1f7d-4c58-9a42-6d0f5e7b1a90';
const dashboard = JSON.parse(
  readFileSync(join(root, 'observability', 'grafana', 'dashboards', 'session.json'), 'utf8'),
) as { uid: string; templating: { list: { name: string }[] } };

describe.runIf(requires('chromium'))('the way from a session to Grafana', () => {
  let setting: Setting;
  afterEach(() => setting.close());

  async function openSession(env: Record<string, string> = {}) {
    setting = await createSetting({ env });
    const input = {
      session_id: sessionId,
      hook_event_name: 'UserPromptSubmit',
      prompt: 'go on',
      cwd: '/home/dev/shop',
    };
    await sendHook(setting.service, { atMs: Date.now() - 60_000, input });
    const viewer = await setting.open(`/sessions/${sessionId}`);
    await viewer.rows.filter({ hasText: 'go on' }).waitFor();
    return viewer;
  }

  it('is a link in the head to the dashboard and the variable that are there, for the time of the session', async () => {
    const viewer = await openSession({ GRAFANA_PUBLIC_URL: 'https://grafana.example/' });
    const link = viewer.page.locator('main').getByRole('link', { name: 'Grafana' });
    const address = new URL((await link.getAttribute('href')) ?? '');
    expect(address.origin + address.pathname).toBe(`https://grafana.example/d/${dashboard.uid}`);
    expect(dashboard.templating.list.map(({ name }) => name)).toContain('session');
    expect(address.searchParams.get('var-session')).toBe(sessionId);
    const { startedAt } = await setting.service.session(sessionId);
    expect(Number(address.searchParams.get('from'))).toBe(Date.parse(startedAt) - 5 * 60_000);
    expect(address.searchParams.get('to')).toBe('now');
    await viewer.shot('session-grafana-link');
    await viewer.close();
  });

  it('is not there where nobody has said that there is a Grafana', async () => {
    const viewer = await openSession();
    await viewer.page.waitForLoadState('networkidle');
    expect(await viewer.page.getByRole('link', { name: 'Grafana' }).count()).toBe(0);
    await viewer.close();
  });
});
