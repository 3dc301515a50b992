import { type LiveMessage, liveMessageSchema } from '@telltale/core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumPath } from './requires.ts';
import { waitFor } from './wait.ts';

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

export async function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error('no Chromium; ask requires() first');
  return chromium.launch({ executablePath, args: flags, headless: true });
}

export interface ComplainingPage {
  page: Page;
  /** Console messages, errors, dialogs and reports of the content policy: none is expected. */
  complaints: string[];
}

/** A page, what it complained of, and what the service sent it. */
export interface WatchedPage extends ComplainingPage {
  /** The live messages, in order of arrival. */
  frames: { atMs: number; message: LiveMessage }[];
  close(): Promise<void>;
}

export interface PageOptions {
  url: string;
  colorScheme?: 'light' | 'dark';
  height?: number;
}

export async function openPage(browser: Browser, options: PageOptions): Promise<WatchedPage> {
  const { url, colorScheme = 'light', height = 900 } = options;
  const { page, complaints } = await newPage(browser, { colorScheme, viewport: { width: 1440, height } });
  const frames: WatchedPage['frames'] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      frames.push({ atMs: Date.now(), message: liveMessageSchema.parse(JSON.parse(String(payload))) });
    }),
  );
  await page.goto(url);
  await waitFor('the page to go live', () => frames.some(({ message }) => 'hello' in message));
  return { page, complaints, frames, close: () => page.context().close() };
}

/** A page that keeps what it complains of, in a context of its own; it has gone nowhere yet. */
export async function newPage(browser: Browser, options: BrowserContextOptions): Promise<ComplainingPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('crash', () => complaints.push('the page crashed'));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.exposeFunction('reportViolation', (what: string) => complaints.push(`content policy: ${what}`));
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (e) => reportViolation(e.violatedDirective + ' ' + e.blockedURI))",
  );
  return { page, complaints };
}
