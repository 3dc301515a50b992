import { type Browser, chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, requires } from '../requires.ts';
import { modes, targetFor } from './targets.ts';
import { portOf, sendRaw, upgradeLines } from './wire.ts';

/** Names that others can make lead to this machine, or that look like its own. */
const foreign = [
  ...['evil.example', 'evil.example:4000', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil-localhost'],
  ...['localhost.', 'localhost.:4000', '127.0.0.1.', '127.0.0.2', '127.1', '2130706433', '0x7f.0.0.1', '0.0.0.0'],
  ...['[::ffff:127.0.0.1]', '[::]', '[::1%25lo]', '[::1', '::1', '[0:0:0:0:0:0:0:1]:4000'],
  ...['user@localhost', 'localhost:4000@evil.example', 'evil.example#localhost', 'evil.example/localhost'],
  ...['localhost, evil.example', 'localhost evil.example', 'localhost:999999', 'localhost:x', ''],
];
const own = ['localhost', 'LOCALHOST:1', '127.0.0.1', '127.0.0.1:65535', '[::1]', '[::1]:4000'];

describe.each(modes)('a name that leads here but is not ours, %s', (mode) => {
  const target = targetFor(mode);
  const authorization = () => `Authorization: Bearer ${target.current.tokens.admin?.token}`;
  const json = 'Content-Type: application/json';
  const requests = (host: string) => [
    ['GET /api/sessions HTTP/1.1', `Host: ${host}`, authorization()],
    ['GET / HTTP/1.1', `Host: ${host}`],
    ['POST /ingest/hook HTTP/1.1', `Host: ${host}`, authorization(), json, 'Content-Length: 0'],
    [...upgradeLines(host), authorization()],
  ];

  it.each(foreign)('%s is answered nothing, on any port', async (host) => {
    for (const lines of requests(host)) {
      const answer = await sendRaw(portOf(target.current.url), lines);
      // 400 is of the parser, for what is no Host header at all.
      expect([400, 403], `${lines[0]}: ${answer.head}`).toContain(answer.status);
      expect(answer.body).not.toContain('"sessions"');
    }
    const lines = ['POST /v1/logs HTTP/1.1', `Host: ${host}`, authorization(), json, 'Content-Length: 2'];
    expect([400, 403]).toContain((await sendRaw(portOf(target.current.otlpUrl), lines, '{}')).status);
  });

  it('our own names are answered: the control', async () => {
    for (const host of own) {
      const statuses: number[] = [];
      for (const lines of requests(host)) statuses.push((await sendRaw(portOf(target.current.url), lines)).status);
      // Without a token the page leads to where one signs in; the hook's body is empty.
      expect([host, statuses]).toEqual([host, [200, mode === 'on loopback' ? 200 : 302, 400, 101]]);
    }
  });

  it('two Host headers, none, or one of HTTP/1.0 are no way around', async () => {
    const port = portOf(target.current.url);
    for (const lines of [
      ['GET /api/sessions HTTP/1.1', 'Host: evil.example', 'Host: localhost', authorization()],
      ['GET /api/sessions HTTP/1.1', authorization()],
      ['GET /api/sessions HTTP/1.0', authorization()],
      ['GET /api/sessions HTTP/1.0', 'X-Forwarded-Host: localhost', 'Host: evil.example', authorization()],
    ]) {
      const answer = await sendRaw(port, lines);
      expect([400, 403], answer.head).toContain(answer.status);
    }
  });
});

describe.runIf(requires('chromium'))('a page whose name is bound to 127.0.0.1 meanwhile', () => {
  const target = targetFor();

  it('is shown a refusal, and its scripts read nothing', async () => {
    const executablePath = chromiumPath() ?? '';
    const args = ['--no-sandbox', '--host-resolver-rules=MAP evil.example 127.0.0.1'];
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({ executablePath, args });
      const page = await browser.newPage();
      const shown = await page.goto(`http://evil.example:${portOf(target.current.url)}/`);
      expect(shown?.status()).toBe(403);
      const status = await page.evaluate("fetch('/api/sessions').then((answer) => answer.status)");
      expect(status).toBe(403);
    } finally {
      await browser?.close();
    }
  });
});
