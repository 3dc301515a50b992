import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { newPage, openBrowser } from '../browser.ts';
import { prepareService, root, type Service } from '../service.ts';

/** A service with a home of its own, and a browser that complains of everything. */
export interface Setting {
  service: Service;
  browser: Browser;
  /** Opens a path of the service; what the page complains of fails `close`. */
  open(path: string, options?: OpenOptions): Promise<Viewer>;
  close(): Promise<void>;
}

interface OpenOptions extends Pick<BrowserContextOptions, 'colorScheme' | 'viewport' | 'hasTouch' | 'permissions'> {
  /** Complaints that this test brings about itself. */
  excused?: RegExp;
}

export interface Viewer {
  page: Page;
  complaints(): string[];
  rows: Locator;
  /** The texts of the rows on screen, in one line each. */
  rowTexts(): Promise<string[]>;
  /** Until they are these; fails with what they are instead. */
  showsRows(texts: readonly string[]): Promise<void>;
  shot(name: string): Promise<void>;
  close(): Promise<void>;
}

const shots = join(root, 'test-results', 'screens');

export async function createSetting(
  options: { home?: string; env?: Record<string, string>; start?: boolean } = {},
): Promise<Setting> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'telltale-browser-'));
  const service = await prepareService({ home, ...(options.env && { env: options.env }) });
  if (options.start !== false) await service.start();
  const browser = await openBrowser();
  const viewers = new Set<Viewer>();
  return {
    service,
    browser,
    async open(path, how = {}) {
      const viewer = await openViewer(browser, service.url + path, how);
      viewers.add(viewer);
      return viewer;
    },
    async close() {
      await browser.close();
      await service.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function openViewer(browser: Browser, url: string, { excused, ...how }: OpenOptions): Promise<Viewer> {
  const options = { viewport: { width: 1440, height: 900 }, ...how };
  const { page, complaints: said } = await newPage(browser, {
    colorScheme: 'dark',
    reducedMotion: 'reduce',
    ...options,
  });
  // Much longer than it takes: on a busy machine a page is slow, not wrong.
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  const rows = page.locator('[role=grid] [role=row]');
  const complaints = () => said.filter((one) => !excused?.test(one));
  const rowTexts = async () => (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
  return {
    page,
    rows,
    complaints,
    rowTexts,
    showsRows: (texts) => expect.poll(rowTexts).toEqual(texts),
    async shot(name) {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: join(shots, `${name}.png`) });
    },
    async close() {
      await page.context().close();
      expect(complaints()).toEqual([]);
    },
  };
}
