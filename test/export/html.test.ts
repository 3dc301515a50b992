import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExportSources } from '@telltale/core/export';
import AxeBuilder from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageHtml } from '../../apps/server/src/export/html/page.ts';
import { newPage, openBrowser } from '../browser.ts';
import { requires } from '../requires.ts';
import { hostileSources, hostileTexts } from './hostile.ts';
import { recordedNames, recordedSources, richSources } from './recorded.ts';

const facts = { version: '0.0.0-test', exportedAt: '2026-11-21T12:00:00.000Z', isMasked: false };

describe.skipIf(!requires('chromium'))('a session as one HTML file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-html-'));
  let browser: Browser;
  let made = 0;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the file as a colleague would who got it by mail, with everything in it unfolded. */
  async function open(sources: ExportSources, options: { width?: number; scheme?: 'light' | 'dark' } = {}) {
    const file = join(folder, `${++made}.html`);
    const html = [...pageHtml(sources, facts)].join('');
    writeFileSync(file, html);
    const { page, complaints } = await newPage(browser, {
      viewport: { width: options.width ?? 1280, height: 900 },
      colorScheme: options.scheme ?? 'light',
    });
    const url = pathToFileURL(file).href;
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    return { page, complaints, html, close: () => page.context().close() };
  }

  it('shows hostile text as text, wherever in a session it stands, and asks nobody for anything', async () => {
    const { page, complaints, close } = await open(hostileSources());
    const text = (await page.evaluate('document.body.textContent')) as string;
    for (const hostile of hostileTexts) expect(text).toContain(hostile.split(/[^ -~]/)[0]?.slice(0, 12));
    const found = await page.evaluate(`({
      pwned: window.pwned,
      foreign: [...document.querySelectorAll('script, iframe, object, embed, form, link, base, svg, math, video, audio, input, button')].map((one) => one.outerHTML),
      handlers: [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes]).filter(({ name }) => /^on|^style$|^srcdoc$/i.test(name)).map(({ name, value }) => name + '=' + value),
      links: [...document.querySelectorAll('a')].map((one) => one.getAttribute('href')).filter((href) => !/^(https?:|mailto:|#)/.test(href)),
      pictures: [...document.querySelectorAll('img')].map((one) => one.src).filter((src) => !src.startsWith('data:image/')),
    })`);
    expect(found).toEqual({ foreign: [], handlers: [], links: [], pictures: [] });
    expect(complaints).toEqual([]);
    await close();
  });

  it('would run what it shows, were it not escaped: the control', async () => {
    const file = join(folder, 'control.html');
    writeFileSync(file, `<!doctype html><body>${hostileTexts.slice(0, 3).join('\n')}</body>`);
    const { page, complaints } = await newPage(browser, {});
    await page.goto(pathToFileURL(file).href);
    await page.waitForFunction('window.pwned > 0');
    expect(complaints).not.toEqual([]);
    await page.context().close();
  });

  it.each(recordedNames)('tells all of %s, without a complaint', async (name) => {
    const sources = recordedSources(name);
    const { page, complaints, close } = await open(sources);
    const text = ((await page.evaluate('document.body.textContent')) as string).replace(/\s+/g, ' ');
    const prompts = sources.events.filter((event) => event.name === 'UserPromptSubmit');
    for (const { payload } of prompts) {
      expect(text).toContain(String(payload?.prompt).trim().replace(/\s+/g, ' ').slice(0, 60));
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it('reads well in both themes and on a phone: nothing is cut off, and contrasts suffice', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      for (const width of [1280, 390]) {
        const { page, complaints, close } = await open(richSources(), { scheme, width });
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow, `${scheme} ${width}`).toBeLessThanOrEqual(0);
        await page.addScriptTag({ content: AxeBuilder.source }).catch(() => page.evaluate(AxeBuilder.source));
        const { violations } = (await page.evaluate('axe.run(document)')) as {
          violations: { id: string; nodes: { html: string }[] }[];
        };
        expect(
          violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
          `${scheme} ${width}`,
        ).toEqual([]);
        expect(complaints.filter((one) => !one.includes('script-src'))).toEqual([]);
        await close();
      }
    }
  });

  it('shows what each prompt and each request cost, and nothing where that is not known', async () => {
    const priced = await open(richSources());
    const text = (await priced.page.evaluate('document.body.textContent')) as string;
    expect(text).toContain('$1.25 list price');
    expect(text).toContain('1 request');
    await priced.close();
    const { html, close } = await open(recordedSources('tools'));
    expect(html).not.toContain('list price');
    await close();
  });
});
