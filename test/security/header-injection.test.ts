import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../ports.ts';
import { waitFor } from '../wait.ts';
import { targetFor } from './targets.ts';
import { portOf, sendRaw } from './wire.ts';

const ports = { hook: await freePort(), mail: await freePort() };
/** A line of its own in whatever header or mail it comes to. */
const splits = [
  'x\r\nX-Evil: 1',
  'x\nX-Evil: 1',
  'x\rX-Evil: 1',
  'x"; filename="evil.html',
  'x\u0085X-Evil: 1',
  'x\u2028X-Evil: 1',
  '名前\r\nX-Evil: 1',
];

describe('line breaks in what becomes a header', () => {
  const target = targetFor('on loopback', {
    TELLTALE_ALERT_SENSITIVE_FILES: '1',
    TELLTALE_ALERT_WEBHOOK_URL: `http://127.0.0.1:${ports.hook}/hook`,
    TELLTALE_ALERT_SLACK_URL: `http://127.0.0.1:${ports.hook}/slack`,
    TELLTALE_ALERT_MAIL_SERVER: `smtp://127.0.0.1:${ports.mail}`,
    TELLTALE_ALERT_MAIL_TO: 'a@example.com',
    TELLTALE_ALERT_MAIL_FROM: 'b@example.com',
  });
  const heard: string[][] = [];
  const mails: string[] = [];
  const http = createHttp((request, response) => {
    heard.push(request.rawHeaders);
    request.resume().on('end', () => response.end());
  });
  const smtp = createServer((socket) => {
    let text = '';
    socket.on('error', () => {}).write('220 here\r\n');
    socket.setEncoding('utf8').on('data', (more: string) => {
      const isBody = /\r\nDATA\r\n/i.test(`\r\n${text}`);
      text += more;
      if (isBody && text.endsWith('\r\n.\r\n')) {
        mails.push(text);
        socket.write('250 taken\r\n');
      } else if (!isBody)
        socket.write(/^DATA/im.test(more) ? '354 go on\r\n' : /^QUIT/im.test(more) ? '221 bye\r\n' : '250 ok\r\n');
    });
  });
  beforeAll(async () => {
    await Promise.all([
      once(http.listen(ports.hook, '127.0.0.1'), 'listening'),
      once(smtp.listen(ports.mail, '127.0.0.1'), 'listening'),
    ]);
    expect((http.address() as AddressInfo).port).toBe(ports.hook);
  });
  afterAll(() => {
    http.closeAllConnections();
    http.close();
    smtp.close();
  });

  it.each(splits)('%j names no header of a file, an answer or an error', async (split) => {
    const id = `s-${split}`;
    const fired = await target.current.fire({
      session_id: id,
      hook_event_name: 'UserPromptSubmit',
      prompt: 'x',
      cwd: `/p/${split}`,
      timestamp: split,
    });
    expect(fired.status).toBe(200);
    const part = encodeURIComponent(id);
    for (const path of [
      `/api/sessions/${part}/export`,
      `/api/sessions/${part}/export?format=html`,
      `/api/${part}`,
      `/assets/${part}`,
      `/api/sessions/x/export?format=${encodeURIComponent(split)}`,
      `/api/analysis/${part}`,
      `/sign-in?to=${part}`,
    ]) {
      const { head, status } = await sendRaw(portOf(target.current.url), [`GET ${path} HTTP/1.1`, 'Host: localhost']);
      expect(status).not.toBe(500);
      expect(head, path).not.toMatch(/^x-evil/im);
      expect(/^content-disposition: (.*)$/im.exec(head)?.[1] ?? 'attachment; filename="telltale-x.json"').toMatch(
        /^attachment; filename="telltale-[\w.-]+"$/,
      );
      expect(head).toMatch(/^[\t\r\n -~]*$/);
    }
    const headers = { 'content-type': 'application/json' };
    const token = await target.current.ask('/api/access/tokens', {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: `t ${split}`, scope: 'viewer' }),
    });
    expect([201, 400]).toContain(token.status);
    if (/[\r\n]/.test(split)) expect(token.status).toBe(400);
  });

  it('adds no header and no command to what alerts send', async () => {
    for (const split of splits) {
      const tool = {
        tool_name: 'Read',
        tool_use_id: `t-${split}`,
        tool_input: { file_path: `/p/${split}/.env` },
        tool_response: {},
      };
      await target.current.fire(
        { session_id: `alert-${split}`, hook_event_name: 'PostToolUse', cwd: `/p/${split}`, ...tool },
        {},
      );
    }
    await waitFor('webhook, Slack and mail to be told', () => heard.length >= 2 && mails.length >= 1, 60_000);
    for (const raw of heard) expect(raw.filter((one) => /x-evil/i.test(one) || /[\r\n]/.test(one))).toEqual([]);
    for (const mail of mails) {
      const [head = ''] = mail.slice(mail.indexOf('DATA')).split('\r\n\r\n');
      expect(head).not.toMatch(/^x-evil/im);
      expect(mail.match(/^RCPT TO/gim)).toHaveLength(1);
    }
  });
});
