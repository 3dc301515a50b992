/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../browser.ts';
import { requires } from '../requires.ts';
import { waitFor } from '../wait.ts';
import { type OtherSite, openOtherSite } from './other-site.ts';
import { modes, stateOf, targetFor } from './targets.ts';
import { sendRaw } from './wire.ts';

/** Whatever changes something, and a body that would. */
const deeds: readonly (readonly [path: string, body: string])[] = [
  ['/ingest/hook', '{"session_id":"forged","hook_event_name":"Stop"}'],
  ['/ingest/events', '{"name":"forged","source":"sdk"}'],
  ['/ingest/alert', '{"alerts":[]}'],
  ['/ingest/statusline', '{"session_id":"forged"}'],
  ['/ingest/transcript', '{"sessionId":"forged","entries":[{"type":"user","uuid":"u"}]}'],
  ['/events', '{"name":"forged","source":"sdk"}'],
  ['/v1/logs', '{"resourceLogs":[]}'],
  ['/api/annotations', '{"sessionId":"mine","kind":"pin"}'],
  ['/api/import', '{"everything":true}'],
  ['/api/retention', '{"results":1}'],
  ['/api/alerts/test', '{}'],
  ['/api/access/tokens', '{"name":"forged","scope":"admin"}'],
];
/** What a browser sends to anybody without asking first; `null` is a body without a type. */
const plainTypes = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', null];

describe.runIf(requires('chromium')).each(modes)('a page of another site, %s', (mode) => {
  const target = targetFor(mode);
  let browser: Browser;
  let site: OtherSite;
  beforeAll(async () => {
    [browser, site] = await Promise.all([openBrowser(), openOtherSite()]);
    expect((await target.current.fire({ session_id: 'mine', hook_event_name: 'Stop', cwd: '/p' })).status).toBe(200);
    // Sessions are counted a little behind their events.
    await waitFor('the session', async () => (await stateOf(target.current)).sessions === 1);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  /** Another name is another site; another port of the same name is the same site, to which cookies go along. */
  const origins = () => ['localhost', '127.0.0.1'].map((name) => `http://${name}:${site.port}/`);

  /** A tab of who is signed in here, on that page. */
  async function visitor(origin: string): Promise<Page> {
    const context = await browser.newContext();
    const page = await context.newPage();
    if (target.current.tokens.admin) {
      await page.goto(`${target.current.url}/sign-in#token=${target.current.tokens.admin.token}`);
      await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    }
    await page.goto(origin);
    return page;
  }

  it('changes nothing by fetch, beacon or another method, with what is sent without asking first and what is not', async () => {
    const before = await stateOf(target.current);
    for (const origin of origins()) {
      const page = await visitor(origin);
      const answers = await page.evaluate(
        async ({ url, otlpUrl, deeds, plainTypes }) => {
          const read: string[] = [];
          const send = async (address: string, init: RequestInit) => {
            const answer = await fetch(address, { credentials: 'include', ...init }).catch(() => undefined);
            if (answer && answer.type !== 'opaque') read.push(`${init.method} ${address}: ${answer.status}`);
          };
          for (const [path, body] of deeds) {
            for (const base of path.startsWith('/v1/') ? [url, otlpUrl] : [url]) {
              for (const type of plainTypes) {
                const content = type === null ? new Blob([body]) : new Blob([body], { type });
                await send(base + path, { method: 'POST', mode: 'no-cors', body: content });
                navigator.sendBeacon(base + path, content);
              }
              await send(base + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
            }
          }
          await send(`${url}/api/sessions/mine`, { method: 'DELETE' });
          await send(`${url}/api/sessions/mine`, { method: 'POST', headers: { 'x-http-method-override': 'DELETE' } });
          return read;
        },
        { url: target.current.url, otlpUrl: target.current.otlpUrl, deeds, plainTypes },
      );
      expect(answers).toEqual([]);
      await page.context().close();
    }
    expect(await stateOf(target.current)).toEqual(before);
  });

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])(
    'changes nothing by a form of %s, with its name or without',
    async (enctype) => {
      const before = await stateOf(target.current);
      for (const [at, origin] of origins().entries()) {
        const page = await visitor(origin);
        // Half of them from another site, half from another port.
        for (const [path, body] of deeds.filter((_, nth) => nth % 2 === at)) {
          const answered = page.waitForResponse((one) => one.url() === target.current.url + path);
          await page.evaluate(
            ({ action, enctype, body, isNameless }) => {
              if (isNameless)
                document.head.insertAdjacentHTML('beforeend', '<meta name="referrer" content="no-referrer">');
              const form = Object.assign(document.createElement('form'), { action, enctype, method: 'post' });
              // As text/plain this is JSON: the sign between name and value becomes part of a text.
              const input = Object.assign(document.createElement('input'), {
                name: `${body.slice(0, -1)},"x":"`,
                value: '"}',
              });
              form.append(input);
              document.body.append(form);
              form.submit();
            },
            { action: target.current.url + path, enctype, body, isNameless: at % 2 === 1 },
          );
          expect([path, (await answered).status()]).toEqual([path, 403]);
          await page.waitForURL(target.current.url + path); // the refusal is shown; nothing goes on any more
          await page.goto(origin);
        }
        await page.context().close();
      }
      expect(await stateOf(target.current)).toEqual(before);
    },
  );

  it('reads nothing, by fetch, script, picture, style or frame, nor learns by the time it takes', async () => {
    for (const origin of origins()) {
      const page = await visitor(origin);
      const statuses: number[] = [];
      page.on('response', (one) => {
        if (one.url().startsWith(target.current.url)) statuses.push(one.status());
      });
      const read = await page.evaluate(async (url) => {
        const found: string[] = [];
        for (const path of [
          '/api/sessions',
          '/api/search?q=Stop',
          '/api/status',
          '/metrics',
          '/api/sessions/mine/export',
        ]) {
          const answer = await fetch(url + path, { credentials: 'include' }).catch(() => undefined);
          if (answer) found.push(`${path}: ${await answer.text()}`);
          await fetch(url + path, { credentials: 'include', mode: 'no-cors' }).catch(() => undefined);
          for (const [tag, attribute] of [
            ['script', 'src'],
            ['img', 'src'],
            ['iframe', 'src'],
            ['link', 'href'],
          ] as const) {
            const element = document.createElement(tag);
            if (tag === 'link') element.setAttribute('rel', 'stylesheet');
            element.setAttribute(attribute, url + path);
            const over = new Promise<string>((resolve) => {
              element.addEventListener('load', () => resolve('load'));
              element.addEventListener('error', () => resolve('error'));
            });
            document.body.append(element);
            // A frame is loaded in any case: what is in it then is the browser's own page.
            if ((await over) === 'load' && tag !== 'iframe') found.push(`${tag} ${path}`);
          }
        }
        return found;
      }, target.current.url);
      expect(read).toEqual([]);
      // A request that asks for nothing readable has no Origin; it is refused all the same.
      expect(statuses.filter((status) => status < 400)).toEqual([]);
      expect(statuses.length).toBeGreaterThan(0);
      await page.context().close();
    }
  });

  it.each([
    ['same-site', 'image', '/api/search?q=Stop', 403],
    ['cross-site', 'empty', '/api/sessions', 403],
    ['cross-site', 'document', '/api/sessions', 403],
    ['cross-site', 'iframe', '/sessions', 403],
    ['cross-site', 'document', '/sessions', 200],
    ['same-origin', 'empty', '/api/sessions', 200],
    ['none', 'document', '/api/sessions', 200],
  ])('asking from %s for a %s of %s is answered %3$i', async (site, dest, path, status) => {
    const { port } = new URL(target.current.url);
    const token = target.current.tokens.admin?.token;
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Sec-Fetch-Site: ${site}`,
      `Sec-Fetch-Dest: ${dest}`,
    ];
    const answer = await sendRaw(Number(port), token ? [...lines, `Authorization: Bearer ${token}`] : lines);
    expect(answer.status).toBe(status);
  });

  it('opens no socket', async () => {
    for (const origin of origins()) {
      const page = await visitor(origin);
      const end = await page.evaluate(
        (url) =>
          new Promise<string>((resolve) => {
            const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
            socket.addEventListener('open', () => resolve('open'));
            socket.addEventListener('error', () => resolve('refused'));
          }),
        target.current.url,
      );
      expect(end).toBe('refused');
      await page.context().close();
    }
  });

  it('may link to a page here, and the page is whole: the control', async () => {
    const page = await visitor(origins()[0] ?? '');
    await page.evaluate((url) => {
      const link = Object.assign(document.createElement('a'), { href: `${url}/sessions`, textContent: 'look' });
      document.body.append(link);
    }, target.current.url);
    await page.getByText('look').click();
    await page.waitForURL(`${target.current.url}/**`);
    await page.locator('main').waitFor();
    await page.context().close();
  });
});
