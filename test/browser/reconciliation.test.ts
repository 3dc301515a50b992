/// <reference lib="dom" />
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { otlpBodies } from '../../packages/core/fixtures/otlp.ts';
import { entriesOf, sessionsOf } from '../../packages/core/fixtures/transcript.ts';
import { freePort } from '../ports.ts';
import { requires } from '../requires.ts';
import { send } from '../stack/payloads.ts';
import { waitFor } from '../wait.ts';
import { expectReadableInBoth } from './readable.ts';
import { createSetting, type Setting } from './setting.ts';

/** Events, metrics and transcript; and two of which something is lacking. */
const sent = {
  compact: ['logs', 'metrics', 'transcripts'],
  tools: ['logs', 'transcripts'],
  hello: ['transcripts'],
} as const;

describe.runIf(requires('chromium'))('the page Reconciliation', () => {
  let setting: Setting;
  let nobody: string;
  beforeAll(async () => {
    nobody = `http://127.0.0.1:${await freePort()}`;
    setting = await createSetting({ env: { TELLTALE_PROMETHEUS_URL: nobody } });
    for (const [recording, kinds] of Object.entries(sent))
      for (const kind of kinds) await deliver(setting, recording, kind);
    await unpriced(setting);
  });
  afterAll(() => setting.close());

  it('is reached from Sessions, shows each source of each session, and says why they differ', async () => {
    const viewer = await setting.open('/sessions');
    const { page } = viewer;
    await page.getByRole('link', { name: 'Reconciliation' }).click();
    await page.getByRole('button', { name: 'all', exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('range') === 'all');
    const table = page.getByRole('table', { name: 'What each source says' });
    const rows = async () =>
      (await table.getByRole('row').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
    await page.getByText('4 sessions, 2 with differences').waitFor();
    const text = (await rows()).join('\n');
    expect(text).toMatch(/^session shown as events metrics transcript client’s own prometheus\n/);
    expect(text).toMatch(
      /\nSum of 4 sessions \$0\.075521 \$0\.0658954 ≠\$0\.0316462 differs ≠\$0\.0657494 differs \$0\.0096256 –\n/,
    );
    expect(text).toMatch(
      /\$0\.0316462 \$0\.0316462 \$0\.0316462 ≠\$0\.0218746 differs – –\nTranscript −\$0\.0097716 · −3,732 tokens One request that no transcript tells/,
    );
    expect(text).toMatch(/Metrics −\$0\.0342492 · −20,982 tokens No metrics came: they are switched off/);
    expect(text).toMatch(/ ~\$0\.0096256 – – \$0\.0096256 \$0\.0096256 –\n/);
    expect(text).toMatch(/ – – – no price – –\n▲ 1 request of a model without a price: it is in no total\.$/);
    await page.getByText(`▲ ${nobody} does not answer`).waitFor();
    await page.getByText('▲ No price for some-new-model').waitFor();
    await viewer.close();
  });

  it('is reached from the palette', async () => {
    const viewer = await setting.open('/');
    await viewer.page.keyboard.press('Control+k');
    await viewer.page.keyboard.type('reconc');
    await viewer.page.getByRole('option', { name: /Reconciliation/ }).waitFor();
    await viewer.page.keyboard.press('Enter');
    await viewer.page.waitForURL('**/reconciliation');
    await viewer.close();
  });

  it('names models without a price among the notices of the first page', async () => {
    const viewer = await setting.open('/');
    await viewer.page.getByText('No price for some-new-model: costs are not complete').waitFor();
    await viewer.close();
  });

  it('says on a telephone that there is more at the side, and keeps in sight whose numbers these are', async () => {
    const viewer = await setting.open('/reconciliation?range=all', { viewport: { width: 390, height: 844 } });
    const { page } = viewer;
    await page.getByText('4 sessions, 2 with differences').waitFor();
    const more = (where: string) => page.locator(`main [data-more="${where}"]`);
    await more('right').waitFor();
    const sum = page.getByText('Sum of 4 sessions');
    const before = await sum.boundingBox();
    await more('right').evaluate((box) => box.scrollTo({ left: box.scrollWidth }));
    await more('left').waitFor();
    await waitFor('the name where it was', async () => (await sum.boundingBox())?.x === before?.x);
    await viewer.shot('reconciliation-390-scrolled');
    await viewer.close();
  });

  it.each([1440, 390])('has no serious fault in light and dark (%i px)', async (width) => {
    const viewer = await setting.open('/reconciliation?range=all', { viewport: { width, height: 900 } });
    await viewer.page.getByText('4 sessions, 2 with differences').waitFor();
    await expectReadableInBoth(viewer, '', (scheme) => viewer.shot(`reconciliation-${scheme}-${width}`));
    const overflow = await viewer.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await viewer.close();
  });
});

async function deliver(
  { service }: Setting,
  recording: string,
  kind: 'logs' | 'metrics' | 'transcripts',
): Promise<void> {
  if (kind !== 'transcripts') {
    for (const body of otlpBodies(`${recording}-${kind}`)) expect(await send(service.url, kind, body)).toBe(200);
    return;
  }
  for (const sessionId of sessionsOf(recording))
    await sendEntries(
      service.url,
      sessionId,
      entriesOf(recording, sessionId).map(({ line }) => line),
    );
}

/** A transcript of a model that no table knows. */
async function unpriced({ service }: Setting): Promise<void> {
  const [entry] = entriesOf('hello', sessionsOf('hello')[0] ?? '').filter(({ type }) => type === 'assistant');
  const message = { ...(entry?.line.message as object), model: 'some-new-model', id: 'msg_new' };
  await sendEntries(service.url, '0f1e2d3c-0000-4000-8000-000000000001', [
    { ...entry?.line, uuid: 'u-new', requestId: 'req_new', sessionId: '0f1e2d3c-0000-4000-8000-000000000001', message },
  ]);
}

async function sendEntries(url: string, sessionId: string, entries: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/ingest/transcript`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ sessionId, entries }),
  });
  expect(response.status).toBe(204);
}
