/// <reference lib="dom" />
// biome-ignore-all lint/performance/useDomNodeTextContent: what a reader sees is asked for, not what the DOM holds.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { deliver } from './deliver.ts';
import { expectReadableInBoth } from './readable.ts';
import { createSetting, type Setting } from './setting.ts';

describe.runIf(requires('chromium'))('the page Alerts', () => {
  let setting: Setting;
  const bodies: string[] = [];
  const target = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      response.end();
    });
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    setting = await createSetting({
      env: {
        ...{ TELLTALE_ALERT_SENSITIVE_FILES: '1', TELLTALE_BUDGET_DAY_USD: '20', TELLTALE_ALERT_WAITING_MINUTES: '10' },
        TELLTALE_ALERT_WEBHOOK_URL: `http://127.0.0.1:${(target.address() as AddressInfo).port}/top-secret`,
      },
    });
    const session = tellSession({ name: 'reads a key', cwd: '/p/shop', startMs: Date.now() - 8000 });
    session.prompt('Deploy it');
    session.call('Read', { file_path: '/p/shop/.env' }, 'PORT=4000');
    await deliver(setting.service, session);
    const startsAt = new Date(Date.now() - 60_000).toISOString();
    const alert = { fingerprint: 'q', status: 'firing', startsAt, labels: { alertname: 'Telemetry waits' } };
    const body = JSON.stringify({ alerts: [{ ...alert, annotations: { summary: '40 % of the queue to loki' } }] });
    expect((await fetch(`${setting.service.url}/ingest/alert`, { method: 'POST', body })).status).toBe(200);
  });
  afterAll(async () => {
    await setting.close();
    target.closeAllConnections();
    await new Promise((resolve) => target.close(resolve));
  });

  it('is reached from TROUBLE, shows what fires, which rules are on and how to turn on others, and sends a test', async () => {
    const viewer = await setting.open('/');
    const { page } = viewer;
    await page.getByText('Sensitive file touched: Read .env').first().waitFor();
    await page.getByRole('link', { name: 'ALERTS' }).click();
    await page.waitForURL('**/alerts');
    await page.getByText('2 firing, 4 of 26 rules on').waitFor();
    const firing = page.getByRole('region', { name: 'Firing now' });
    await expect.poll(() => firing.getByRole('listitem').allInnerTexts()).toHaveLength(2);
    const on = page.getByRole('region', { name: 'Rules: On' });
    const rule = (title: string) => on.getByRole('listitem').filter({ hasText: title }).innerText();
    await expect.poll(() => rule('Daily budget spent')).toMatch(/quiet · above 20 · TELLTALE_BUDGET_DAY_USD/);
    await expect.poll(() => rule('Sensitive file touched')).toMatch(/fires · 1 and more[\s\S]*last fired/);
    await expect.poll(() => rule('The disk is nearly full')).toMatch(/below 500 \(the usual one\)/);
    await page.getByRole('region', { name: 'Rules: Off' }).getByText('TELLTALE_BUDGET_SESSION_USD').waitFor();
    await page.getByRole('button', { name: 'Send a test message' }).click();
    await page.getByText('the test message arrived').waitFor();
    await waitFor('the test', () => bodies.some((body) => JSON.parse(body).test === true));
    expect(await page.content()).not.toContain('top-secret');
    await firing.getByRole('link', { name: /Read \.env/ }).click();
    await page.waitForURL('**/sessions/*');
    await viewer.close();
  });

  it('a standing alert is put aside by who has seen it, and stays so', async () => {
    const viewer = await setting.open('/');
    const { page } = viewer;
    const box = page.getByRole('region', { name: 'Alerts' });
    await box.getByText('40 % of the queue').waitFor();
    await viewer.shot('alerts-standing');
    await box.getByRole('button', { name: 'Acknowledge' }).click();
    // Nothing moves under the pointer.
    await page.mouse.move(1200, 400);
    await box.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('Sensitive file touched').first().waitFor();
    expect(await box.count()).toBe(0);
    await viewer.close();
  });

  it('can be asked for again where it was not answered', async () => {
    const viewer = await setting.open('/', { excused: /ERR_FAILED/ });
    const { page } = viewer;
    await page.route('**/api/alerts', (route) => route.abort());
    await page.getByRole('link', { name: 'ALERTS' }).click();
    await page.getByRole('heading', { name: 'The alerts could not be read' }).waitFor();
    await page.getByRole('alert').getByText('The service does not answer').waitFor();
    await page.unroute('**/api/alerts');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByText('2 firing, 4 of 26 rules on').waitFor();
    await viewer.close();
  });

  it.each([1440, 390])('has no serious fault in light and dark (%i px)', async (width) => {
    const viewer = await setting.open('/alerts', { viewport: { width, height: 900 } });
    await viewer.page.getByText('2 firing, 4 of 26 rules on').waitFor();
    await expectReadableInBoth(viewer, '', (scheme) => viewer.shot(`alerts-${scheme}-${width}`));
    const overflow = await viewer.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await viewer.close();
  });
});
