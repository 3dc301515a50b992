import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, requires } from '../requires.ts';
import { bearer, targetFor } from '../security/targets.ts';
import { waitFor } from '../wait.ts';
import { type Asked, askHttps } from './ask-https.ts';
import { type Certificate, makeCertificate, outsideName } from './certificate.ts';
import { proxies, type TlsProxy } from './proxies.ts';

const hasOpenssl = requires('openssl');
const hasBrowser = requires('chromium');
const isLinux = process.platform === 'linux';

const those = Object.entries(proxies).filter(([, { isHere }]) => isHere);

describe.runIf(hasOpenssl && those.length > 0)('a service behind a proxy with TLS', () => {
  // As docs/remote.md has it.
  const target = targetFor('beyond loopback, with tokens', {
    TELLTALE_HOST: '127.0.0.1',
    TELLTALE_REQUIRE_TOKENS: 'on',
    TELLTALE_ALLOWED_HOSTS: outsideName,
    TELLTALE_PUBLIC_URL: `https://${outsideName}`,
  });
  let folder: string;
  let certificate: Certificate;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'telltale-proxy-'));
    certificate = await makeCertificate(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each(those)('%s', (name, { start }) => {
    // Other machines, as far as addresses go: Linux answers on all of 127.0.0.0/8.
    const network = those.findIndex(([one]) => one === name) + 7;
    const address = (n: number) => (isLinux ? `127.0.${network}.${n}` : '127.0.0.1');
    const [elsewhere, nextDoor] = [address(1), address(2)];
    const session = `behind-${name}`;
    let proxy: TlsProxy;
    beforeAll(async () => {
      const upstream = new URL(target.current.url).host;
      proxy = await start({ folder: join(folder, name), certificate, upstream });
    });
    afterAll(() => proxy?.part.stop());
    const origin = () => `https://${outsideName}:${proxy.port}`;
    const ask = (path: string, asked: Partial<Asked> = {}) =>
      askHttps(proxy.port, { path, authority: certificate.authority, ...asked });
    const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
      ask(path, {
        ...{ method: 'POST', body: JSON.stringify(body) },
        headers: { 'content-type': 'application/json', ...headers },
      });
    const hook = (prompt: string) => ({
      ...{ session_id: session, cwd: '/home/dev/shop', hook_event_name: 'UserPromptSubmit', prompt },
    });

    it('a stranger is shown where to sign in', async () => {
      const { status, headers } = await ask('/sessions');
      expect([status, headers.location]).toEqual([302, '/sign-in?to=%2Fsessions']);
    });

    it.runIf(hasBrowser)('the page signs in by a cookie for https only, and stays live', async () => {
      const browser = await openBrowser();
      try {
        const context = await browser.newContext({ ignoreHTTPSErrors: true });
        const page = await context.newPage();
        const told: string[] = [];
        const sockets: string[] = [];
        page.on('websocket', (socket) => {
          sockets.push(socket.url());
          socket.on('framereceived', ({ payload }) => told.push(String(payload)));
        });
        await page.goto(`${origin()}/sign-in#token=${target.current.tokens.viewer?.token}`);
        await waitFor('the page to go live', () => told.some((text) => text.includes('"hello"')));
        expect(sockets[0]).toMatch(`wss://${outsideName}:${proxy.port}/live`);
        expect(await context.cookies()).toEqual([
          expect.objectContaining({
            ...{ name: '__Host-telltale', domain: outsideName, path: '/' },
            ...{ secure: true, httpOnly: true, sameSite: 'Strict' },
          }),
        ]);
        const sent = await post('/ingest/hook', hook(`Through ${name}`), bearer(target.current.tokens.ingest));
        expect(sent.status).toBe(200);
        await page.getByText(`Through ${name}`).first().waitFor();
        await waitFor('the event on the live connection', () => told.some((text) => text.includes(`Through ${name}`)));
      } finally {
        await browser.close();
      }
    });

    it('senders come in with their token, also with much, and nobody without', async () => {
      const { ingest } = target.current.tokens;
      expect((await post('/ingest/hook', hook('one'), bearer(ingest))).status).toBe(200);
      expect((await post('/ingest/hook', hook('one'))).status).toBe(401);
      const much = { resourceLogs: [], padding: 'x'.repeat(3 << 20) };
      expect((await post('/v1/logs', much, bearer(ingest))).status).toBe(200);
      expect((await ask('/api/sessions')).status).toBe(401);
    });

    it('another name and another origin are refused as without it', async () => {
      const { viewer, ingest } = target.current.tokens;
      const foreign = await ask('/api/sessions', { headers: { host: 'evil.example', ...bearer(viewer) } });
      // Caddy has nothing for that name, and says so by saying nothing.
      expect([foreign.status, foreign.body === '']).toEqual(name === 'Caddy' ? [200, true] : [403, false]);
      const signIn = (from: string) => post('/api/access/sign-in', { token: viewer?.token }, { origin: from });
      expect((await signIn(`https://evil.example:${proxy.port}`)).status).toBe(403);
      expect((await signIn(`https://${outsideName}`)).status).toBe(403); // another port is another origin
      const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
      const live = (from: string) =>
        ask('/live', {
          headers: { ...upgrade, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', origin: from, ...bearer(viewer) },
        });
      expect((await live('https://evil.example')).status).toBe(403);
      expect(
        (await post('/ingest/hook', hook('x'), { origin: 'https://evil.example', ...bearer(ingest) })).status,
      ).toBe(403);

      const signedIn = await signIn(origin());
      expect([signedIn.status, signedIn.headers['set-cookie']?.[0]]).toEqual([
        200,
        expect.stringMatching(/^__Host-telltale=.*; Secure/),
      ]);
      expect((await live(origin())).status).toBe(101);
    });

    it('limits and the audit log know who asks, whatever is claimed', async () => {
      expect((await post('/ingest/hook', hook('two'), bearer(target.current.tokens.ingest))).status).toBe(200);
      const headers = { 'x-forwarded-for': '203.0.113.9', ...bearer(target.current.tokens.viewer) };
      expect((await ask(`/api/sessions/${session}`, { headers, from: elsewhere })).status).toBe(200);
      const wrong = { authorization: 'Bearer ttk_wrong', 'x-forwarded-for': '203.0.113.9' };
      const guess = async () => (await ask('/api/status', { headers: wrong, from: elsewhere })).status;
      // Elsewhere than on Linux all strangers have one address, whichever proxy they come by.
      const statuses = isLinux ? await Promise.all(Array.from({ length: 80 }, guess)) : [await guess(), 429];
      expect([...new Set(statuses)].sort()).toEqual([401, 429]);
      if (isLinux) expect((await ask('/api/status', { headers: wrong, from: nextDoor })).status).toBe(401);

      const deeds = await waitFor('the refusals in the audit log', async () => {
        const { entries } = (await (await target.current.ask('/api/audit?limit=1000')).json()) as Audited;
        const seen = new Set(entries.map(({ action, from }) => `${action} from ${from}`));
        return [elsewhere, nextDoor].every((from) => seen.has(`refused from ${from}`)) && seen;
      });
      expect(deeds).toContain(`looked from ${elsewhere}`);
      expect([...deeds].join()).not.toContain('203.0.113.9');
    });
  });
});

interface Audited {
  entries: { action: string; from: string }[];
}

function openBrowser(): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    `--host-resolver-rules=MAP ${outsideName} 127.0.0.1`,
  ];
  return chromium.launch({ executablePath: chromiumPath() ?? '', args });
}
