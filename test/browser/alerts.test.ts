import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage } from '../browser.ts';
import { requires } from '../requires.ts';
import { serviceFor } from '../running-service.ts';
import { waitFor } from '../wait.ts';

describe.runIf(requires('chromium'))('an alert of Grafana', () => {
  const service = serviceFor('tests');
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  async function tell(status: 'firing' | 'resolved', alerts: Record<string, unknown>[]): Promise<void> {
    const told = alerts.map((alert) => ({ status, startsAt, endsAt: new Date().toISOString(), ...alert }));
    const body = JSON.stringify({ receiver: 'telltale', status, alerts: told });
    const response = await fetch(`${service.current.url}/ingest/alert`, { method: 'POST', body });
    expect(response.status).toBe(200);
  }
  const startsAt = new Date(Date.now() - 1000).toISOString();
  const budget = { fingerprint: 'b1', labels: { alertname: 'Daily budget' }, annotations: { summary: 'over $20' } };
  const ofSession = { fingerprint: 's1', labels: { alertname: 'Error burst', session_id: 'in-trouble' } };

  it('stands in TROUBLE, by itself or with its session, until it is resolved', async () => {
    const hook = { session_id: 'in-trouble', hook_event_name: 'UserPromptSubmit', prompt: 'go on' };
    await fetch(`${service.current.url}/ingest/hook`, { method: 'POST', body: JSON.stringify(hook) });
    await tell('firing', [budget, ofSession]);
    await tell('firing', [budget, ofSession]); // Grafana repeats what goes on firing
    expect((await service.current.events('name=alert')).length).toBe(2);

    const watched = await openPage(browser, { url: service.current.url });
    const column = async () => (await watched.page.getByRole('navigation', { name: 'Sessions' }).textContent()) ?? '';
    await waitFor('both alerts', async () => /over \$20/.test(await column()) && /Error burst/.test(await column()));
    expect(await column()).toMatch(/TROUBLE/);
    expect((await column()).match(/over \$20/g)).toHaveLength(1);

    await tell('resolved', [budget, ofSession]);
    await waitFor('no alert', async () => !/over \$20|Error burst/.test(await column()), 30_000);
    expect(watched.complaints).toEqual([]);
  });
});
