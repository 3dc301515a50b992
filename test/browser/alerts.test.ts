// biome-ignore-all lint/performance/useDomNodeTextContent: what a reader sees is asked for, not what the DOM holds.
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { openConnection } from '../../apps/server/src/store/connection.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliver } from './deliver.ts';
import { createSetting, type Setting, type Viewer } from './setting.ts';

describe.runIf(requires('chromium'))('trouble that is of no single session', () => {
  let setting: Setting;
  beforeEach(async () => {
    setting = await createSetting();
  });
  afterEach(() => setting.close());

  async function tell(status: 'firing' | 'resolved', alerts: Record<string, unknown>[]): Promise<void> {
    const told = alerts.map((alert) => ({ status, startsAt, endsAt: new Date().toISOString(), ...alert }));
    const body = JSON.stringify({ receiver: 'telltale', status, alerts: told });
    const response = await fetch(`${setting.service.url}/ingest/alert`, { method: 'POST', body });
    expect(response.status).toBe(200);
  }
  const startsAt = new Date(Date.now() - 1000).toISOString();
  const budget = { fingerprint: 'b1', labels: { alertname: 'Daily budget' }, annotations: { summary: 'over $20' } };
  const ofSession = { fingerprint: 's1', labels: { alertname: 'Error burst', session_id: 'in-trouble' } };
  const columnOf = ({ page }: Viewer) => page.getByRole('navigation', { name: 'Sessions' });

  it('an alert of Grafana stands by itself or with its session, and is counted, until it is resolved', async () => {
    const { service } = setting;
    const hook = { session_id: 'in-trouble', hook_event_name: 'UserPromptSubmit', prompt: 'go on' };
    await fetch(`${service.url}/ingest/hook`, { method: 'POST', body: JSON.stringify(hook) });
    const viewer = await setting.open('/');
    const wall = await setting.open('/wall');
    await wall.page.getByText('no trouble').waitFor();
    await tell('firing', [budget, ofSession]);
    await tell('firing', [budget, ofSession]); // Grafana repeats what goes on firing
    expect((await service.events('name=alert')).map(({ app }) => app)).toEqual(['alerts', 'unknown']);

    const column = async () => (await columnOf(viewer).innerText()).replaceAll(/\s+/g, ' ');
    await waitFor('both alerts', async () => /over \$20/.test(await column()) && /Error burst/.test(await column()));
    expect(await column()).toMatch(/ALERTS 1 .*TROUBLE 1 /);
    expect((await column()).match(/over \$20/g)).toHaveLength(1);
    await viewer.page
      .locator('header')
      .getByText(/^2\s+trouble$/)
      .waitFor();
    await waitFor('the title', async () => (await viewer.page.title()) === '(2) Telltale');
    await wall.page.getByText('2 trouble').waitFor();
    await wall.page.getByText('over $20').waitFor();

    await tell('resolved', [budget, ofSession]);
    await waitFor('no alert', async () => !/over \$20|Error burst/.test(await column()));
    await waitFor('the title', async () => (await viewer.page.title()) === 'Telltale');
    await wall.page.getByText('no trouble').waitFor();
    await viewer.close();
    await wall.close();
  });

  it('stands before all cards, however many wait and however small the screen, also a storage that fails', async () => {
    const { service } = setting;
    const waiting = Array.from({ length: 12 }, (_, n) => {
      const session = tellSession({ name: `asks ${n}`, cwd: `/p/asks-${n}`, startMs: Date.now() - 4000 });
      session.prompt('Clean up');
      session.ask('Bash', { command: `rm -rf dist-${n}`, description: 'Remove the build' });
      return session;
    });
    await deliver(service, ...waiting);
    const others = [2, 3, 4, 5].map((n) => ({ fingerprint: `b${n}`, labels: { alertname: `Alert ${n}` } }));
    await tell('firing', [budget, ...others]);
    // Another process that holds the write lock, as a stuck backup would.
    const blocker = openConnection(join(service.home, 'telltale.db'));
    blocker.exec('BEGIN IMMEDIATE');
    const refused = await fetch(`${service.url}/ingest/hook`, {
      method: 'POST',
      body: '{"session_id":"s","hook_event_name":"Stop"}',
    });
    expect(refused.status).toBe(503);
    blocker.exec('ROLLBACK'); // it stands until something is stored again
    blocker.close();

    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      const viewer = await setting.open('/', { viewport });
      const column = columnOf(viewer);
      const firstCard = column.locator('.card').first();
      await firstCard.waitFor();
      for (const words of [/Events cannot be stored/, /over \$20/, /and 2 more/]) {
        const box = await column.getByText(words).boundingBox();
        expect((box?.y ?? Number.NaN) + (box?.height ?? 0), String(words)).toBeLessThan(
          (await firstCard.boundingBox())?.y ?? 0,
        );
        // Nothing lies over it.
        await column.getByText(words).click({ trial: true });
      }
      await viewer.shot(`standing-${viewport.width}`);
      await viewer.close();
    }
  });
});
