import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../ports.ts';
import { waitFor } from '../wait.ts';
import { type OtherSite, openOtherSite } from './other-site.ts';
import { targetFor } from './targets.ts';

const webhookPort = await freePort();

describe('making the service ask where an attacker wants', () => {
  const target = targetFor('on loopback', {
    TELLTALE_ALERT_WEBHOOK_URL: `http://127.0.0.1:${webhookPort}/alerts`,
    TELLTALE_ALERT_SENSITIVE_FILES: '1',
  });
  let bait: OtherSite;
  let webhook: OtherSite;
  beforeAll(async () => {
    bait = await openOtherSite();
    webhook = await openOtherSite(
      { status: 307, headers: { location: `http://127.0.0.1:${bait.port}/redirected` } },
      webhookPort,
    );
  });
  afterAll(async () => {
    await bait?.close();
    await webhook?.close();
  });
  const there = (path: string) => `http://127.0.0.1:${bait.port}/${path}`;

  it('by no field of an event, transcript, telemetry or note', async () => {
    const url = there('event');
    const fields = {
      cwd: url,
      transcript_path: url,
      agent_transcript_path: url,
      url,
      message: url,
      prompt: `![x](${url}) <img src="${url}">`,
      source: url,
    };
    const tool = {
      tool_name: 'WebFetch',
      tool_use_id: 't',
      tool_input: { url, file_path: url },
      tool_response: { url, image: { source: { type: 'url', url } } },
    };
    for (const name of ['SessionStart', 'UserPromptSubmit', 'PostToolUse', 'Notification', 'SessionEnd']) {
      const fired = await target.current.fire(
        { session_id: 'bait', hook_event_name: name, ...fields, ...tool },
        { 'telltale-app': url, 'telltale-host': url, origin: target.current.url },
      );
      expect(fired.status).toBe(200);
    }
    const headers = { 'content-type': 'application/json' };
    for (const [path, body] of [
      [
        '/ingest/transcript',
        {
          sessionId: 'bait',
          entries: [
            { type: 'user', uuid: 'u', message: { content: [{ type: 'image', source: { type: 'url', url } }] } },
          ],
        },
      ],
      [
        '/ingest/alert',
        {
          externalURL: url,
          alerts: [
            {
              fingerprint: 'f',
              status: 'firing',
              startsAt: new Date().toISOString(),
              generatorURL: url,
              silenceURL: url,
              panelURL: url,
              imageURL: url,
              labels: {},
              annotations: { runbook_url: url },
            },
          ],
        },
      ],
      ['/api/annotations', { sessionId: 'bait', kind: 'note', text: `![x](${url})` }],
      ['/api/alerts/test', { url, webhook: url, target: url, targets: [url] }],
      ['/api/import', { days: 1, url, folder: url }],
    ] as const) {
      const answer = await target.current.ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
      expect(answer.status, path).toBeLessThan(500);
    }
    for (const format of ['json', 'html', 'csv', 'ams'])
      await (await target.current.ask(`/api/sessions/bait/export?format=${format}`)).text();
    expect(bait.visits).toEqual([]);
  });

  it('by no parameter or header of a request', async () => {
    const url = there('asked');
    const names = [
      'url',
      'target',
      'prometheusUrl',
      'lokiUrl',
      'prometheus',
      'loki',
      'endpoint',
      'to',
      'host',
      'archive',
      'webhook',
      'callback',
      'next',
    ];
    const query = new URLSearchParams(names.map((name) => [name, url]));
    const headers = {
      'x-forwarded-host': `127.0.0.1:${bait.port}`,
      forwarded: `host=127.0.0.1:${bait.port}`,
      'x-original-url': url,
      referer: url,
    };
    for (const path of [
      '/api/reconciliation',
      '/api/status',
      '/api/sessions',
      '/api/alerts',
      '/api/quota',
      '/api/import/discover',
      '/api/analysis/spend',
      '/api/sessions/bait/export',
      '/metrics',
      '/openapi.json',
      '/sign-in',
    ]) {
      const answer = await target.current.ask(`${path}?${query}`, { headers, redirect: 'manual' });
      const body = await answer.text();
      expect(answer.headers.get('location')).toBeNull();
      expect(body, path).not.toContain(there('asked'));
    }
    expect(bait.visits).toEqual([]);
  });

  it('nor by answering a configured address with another one: the control is that it is asked at all', async () => {
    const tool = { tool_name: 'Read', tool_use_id: 't2', tool_input: { file_path: '/p/.env' }, tool_response: {} };
    await target.current.fire({ session_id: 'bait', hook_event_name: 'PostToolUse', cwd: '/p', ...tool });
    const told = async () => (await (await target.current.ask('/api/alerts')).text()).includes('307');
    await waitFor(
      'the webhook to be asked and its answer to be noted',
      async () => webhook.visits.length > 0 && (await told()),
      60_000,
    );
    expect(webhook.visits[0]).toBe('POST /alerts');
    expect(bait.visits).toEqual([]);
  });
});
