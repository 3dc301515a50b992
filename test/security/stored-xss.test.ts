/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { edited, fileText, printed } from '../../apps/cli/src/demo/tool-results.ts';
import { deliver } from '../browser/deliver.ts';
import { newPage, openBrowser } from '../browser.ts';
import { hostileTexts } from '../export/hostile.ts';
import { requires } from '../requires.ts';
import { targetFor } from './targets.ts';

const everything = hostileTexts.join('\n\n');
/** One line, no slash: for names of folders, branches, people. */
const name = '<img src=x onerror="pwned=1"><svg onload=pwned=1>"\'--><b>x';
const header = encodeURI(name)
  .replaceAll('%20', ' ')
  .replaceAll('%22', '"')
  .replaceAll('%3C', '<')
  .replaceAll('%3E', '>');

describe.runIf(requires('chromium'))('markup in whatever a page shows', () => {
  const target = targetFor('on loopback', { TELLTALE_ALERT_SENSITIVE_FILES: '1' });
  let browser: Browser;
  const sessionId = tellSession({ name: 'xss', cwd: '/p', startMs: 0 }).sessionId;

  beforeAll(async () => {
    browser = await openBrowser();
    const { service, ask, fire } = target.current;
    const session = tellSession({
      name: 'xss',
      cwd: `/p/${name}`,
      branch: name,
      model: name,
      startMs: Date.now() - 60_000,
      tmuxPane: name,
      terminal: name,
    });
    for (const hook of session.hooks) Object.assign(hook.headers, { 'telltale-app': header });
    session.prompt(everything);
    session.say(everything);
    session.call('Bash', { command: everything, description: everything }, printed(everything));
    session.fail('Bash', { command: everything }, everything);
    session.call('Read', { file_path: `/p/${name}/.env` }, fileText(`/p/${name}/.env`, everything));
    session.call(
      'Edit',
      ...edited(`/p/${name}.ts`, everything, `${everything} more`, { before: everything, after: everything, line: 1 }),
    );
    session.call(`mcp__${name}__${name}`, { [name]: everything }, [{ type: 'text', text: everything }]);
    session.call(name, { [name]: everything }, { [name]: everything });
    session.subagent(
      name,
      everything,
      everything,
      (agent) => agent.call('Bash', { command: everything }, printed(everything)),
      everything,
    );
    session.stopFailure(everything);
    session.ask('Bash', { command: everything, description: everything });
    await deliver(service, {
      ...session,
      app: 'xss',
      hooks: session.hooks.map((hook) => ({
        ...hook,
        headers: { 'telltale-app': header, 'telltale-user': header, 'telltale-host': header },
      })),
    });
    const headers = { 'content-type': 'application/json' };
    for (const [path, body] of [
      ['/api/annotations', { sessionId, kind: 'note', text: everything.slice(0, 3900) }],
      ['/api/annotations', { sessionId, kind: 'label', text: name.slice(0, 60) }],
      ['/api/access/tokens', { name, scope: 'viewer' }],
      [
        '/ingest/alert',
        {
          alerts: [
            {
              fingerprint: name,
              status: 'firing',
              startsAt: new Date().toISOString(),
              generatorURL: 'javascript:pwned=1',
              labels: { alertname: name, severity: name, session_id: sessionId, app: name },
              annotations: { summary: everything, description: everything, runbook_url: 'javascript:pwned=1' },
            },
          ],
        },
      ],
      [
        '/ingest/statusline',
        {
          session_id: sessionId,
          model: { id: name, display_name: name },
          version: name,
          workspace: { current_dir: name },
        },
      ],
      ['/ingest/events', [{ name, source: 'sdk', sessionId, payload: { [name]: everything } }]],
    ] as const) {
      const answer = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
      expect([path, answer.status < 300], await answer.text()).toEqual([path, true]);
    }
    await fire({ session_id: '<img src=x onerror="pwned=1">', hook_event_name: 'Stop', cwd: `/p/${name}` });
  });
  afterAll(() => browser?.close());

  it.each([
    '/',
    '/?view=lanes',
    '/wall',
    '/sessions',
    '/analytics',
    '/alerts',
    '/access',
    '/reconciliation',
    '/search?q=pwned',
    '/search?q=%3Cimg%20src%3Dx%20onerror%3Dpwned%3D1%3E',
    '/?filter=%3Cscript%3Epwned%3D1%3C%2Fscript%3E',
    '/sessions?filter=app%3A%22%3Csvg%2Fonload%3Dpwned%3D1%3E%22',
    '/%3Cscript%3Epwned=1%3C/script%3E',
    '/sign-in?to=javascript:pwned=1',
    'session',
  ])('is text on %s', async (path) => {
    const address = path === 'session' ? `/sessions/${sessionId}` : path;
    const { page, complaints } = await newPage(browser, {
      viewport: { width: 1600, height: 4000 },
      reducedMotion: 'reduce',
    });
    page.setDefaultTimeout(30_000);
    const shown = await page.goto(target.current.url + address);
    expect(shown?.headers()['content-security-policy']).toMatch(
      /default-src 'self'.*object-src 'none'.*base-uri 'none'.*frame-ancestors 'none'/,
    );
    await page.locator('main').waitFor();
    await page.waitForLoadState('networkidle').catch(() => {}); // a page may ask again and again; what counts is below
    await unfold(page);
    await expectHarmless(page);
    expect(complaints.filter((one) => !/status of 40[0-9]/.test(one))).toEqual([]);
    await page.context().close();
  });

  it('is shown at all: the control', async () => {
    const { page } = await newPage(browser, {});
    await page.goto(`${target.current.url}/sessions/${sessionId}`);
    await page.getByText('<script>pwned = 1; alert(1)</script>').first().waitFor({ state: 'attached' });
    await page.context().close();
  });

  it('is text in a page that was exported, which asks nobody for anything', async () => {
    for (const path of [`/api/sessions/${sessionId}/export?format=html`, '/api/analysis.html']) {
      const answer = await target.current.ask(path);
      expect(answer.status).toBe(200);
      const { page, complaints } = await newPage(browser, {});
      const asked: string[] = [];
      page.on('request', (request) => {
        if (!request.url().startsWith('data:')) asked.push(request.url());
      });
      await page.setContent(await answer.text());
      await page.evaluate(() => {
        for (const one of document.querySelectorAll('details')) one.open = true;
      });
      await expectHarmless(page);
      expect(complaints).toEqual([]);
      expect(asked).toEqual([]);
      await page.context().close();
    }
  });

  it('runs nowhere even if it got through: what the service answers as text, JSON or a file is never a page', async () => {
    for (const path of [
      `/api/sessions/${sessionId}`,
      `/api/sessions/${sessionId}/transcript`,
      '/api/events',
      '/api/annotations',
      '/metrics',
      '/openapi.json',
      `/api/sessions/${sessionId}/export?format=html`,
      `/api/${name}`,
    ]) {
      const answer = await target.current.ask(path);
      await answer.text();
      const { headers } = answer;
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('content-security-policy'), path).toContain("default-src 'self'");
      const isPage = headers.get('content-type')?.includes('html') === true;
      expect(isPage && !headers.get('content-disposition')?.startsWith('attachment'), path).toBe(false);
    }
  });
});

/** Everything that can be unfolded, as far as it goes. */
async function unfold(page: Page): Promise<void> {
  for (let round = 0; round < 25; round++) {
    const folded = page.locator('main [aria-expanded=false]:visible:not([aria-haspopup])').first();
    if ((await folded.count()) === 0) return;
    await folded.click({ timeout: 2000 }).catch(() => {}); // it went away, or something lies above it
  }
}

async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    pwned: 'pwned' in window,
    handlers: [...document.querySelectorAll('*')].flatMap((one) =>
      one.getAttributeNames().filter((attribute) => attribute.startsWith('on')),
    ),
    links: [...document.querySelectorAll('[href], [src], [action], [xlink\\:href]')]
      .flatMap((one) => ['href', 'src', 'action', 'xlink:href'].map((attribute) => one.getAttribute(attribute) ?? ''))
      .filter((address) => /^[\s\0]*(javascript|vbscript|data:text)/i.test(address)),
    foreign: document.querySelectorAll('iframe, object, embed, base, script:not([src])').length,
  }));
  expect(found).toEqual({ pwned: false, handlers: [], links: [], foreign: 0 });
}
