import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait.ts';
import { targetFor } from './targets.ts';

/** Syntax of SQL, of LIKE and GLOB, of FTS5 and of the filter grammar itself, where text is expected. */
const attacks = [
  `'`,
  `"`,
  `''`,
  `' OR '1'='1`,
  `') OR 1=1 --`,
  `'; DROP TABLE event_log; --`,
  `1; DELETE FROM sessions`,
  `' UNION SELECT hash FROM access_tokens --`,
  `\\`,
  `%`,
  `_`,
  `%%%_`,
  `*`,
  `[a-`,
  `?`,
  `$1`,
  `@x`,
  `:name`,
  `/*`,
  `--`,
  `char(39)`,
  `\u0000`,
  `'||(SELECT load_extension('x'))||'`,
  `"unbalanced`,
  `NEAR(a b, 99999999)`,
  `a AND`,
  `OR`,
  `NOT NOT`,
  `^a`,
  `a*b*`,
  `{col}: x`,
  `col:x`,
  `- -`,
  `-"`,
  `a + b`,
  `(((((`,
  `)))))`,
  `"" ""`,
  `*:*`,
  `app:"`,
  `app:('`,
  `-app:`,
  `cost>1e999`,
  `cost>''`,
  `is:'`,
  `since:'`,
  `app:a app:"' OR 1=1"`,
  `NaN`,
  `-1`,
  `1e99`,
  `9223372036854775808`,
  '🙈',
  'x'.repeat(2000),
  '('.repeat(900),
  '"a" OR '.repeat(60),
];
/** Where a request may ask with words. */
const places = [
  ...[
    '/api/events?filter=',
    '/api/events?q=',
    '/api/events?session=',
    '/api/events?app=',
    '/api/events?before=',
    '/api/events?limit=',
    '/api/events?order=',
  ],
  ...[
    '/api/sessions?filter=',
    '/api/sessions?app=',
    '/api/sessions?sort=',
    '/api/sessions?cursor=',
    '/api/sessions?since=',
    '/api/sessions/',
  ],
  ...[
    '/api/search?q=',
    '/api/search?q=x&app=',
    '/api/search?q=x&filter=',
    '/api/search?q=x&cursor=',
    '/api/search?q=x&tool=',
    '/api/search?q=x&order=',
    '/api/search?q=x&kind=',
  ],
  ...[
    '/api/analysis/spend?by=',
    '/api/analysis/spend?filter=',
    '/api/analysis/spend?app=',
    '/api/analysis/spend?zone=',
    '/api/analysis/spend?bucket=',
    '/api/analysis/tools?row=',
    '/api/analysis/',
  ],
  ...[
    '/api/annotations?session=',
    '/api/annotations?cursor=',
    '/api/audit?session=',
    '/api/audit?cursor=',
    '/api/reconciliation?session=',
    '/api/facets?field=',
    '/api/pulse?session=',
  ],
];

describe('syntax of SQL and of the search, where words are asked for', () => {
  const target = targetFor();
  const counts = async () =>
    (await (await target.current.ask('/api/status')).json()) as { events: number; sessions: number };

  it.each(places)('%s finds no more than its words, fails nowhere and changes nothing', async (place) => {
    for (const id of ['one', 'two']) {
      await target.current.fire(
        { session_id: id, hook_event_name: 'UserPromptSubmit', prompt: 'zebra', cwd: '/p/shop' },
        { 'telltale-event-id': id },
      );
    }
    const before = await waitFor('both sessions', async () => {
      const now = await counts();
      return now.sessions >= 2 && now;
    });
    for (const attack of attacks) {
      const answer = await target.current.ask(place + encodeURIComponent(attack));
      const body = await answer.text();
      expect([200, 400, 404], `${attack.slice(0, 60)}: ${body.slice(0, 300)}`).toContain(answer.status);
      expect(body).not.toMatch(/sqlite|syntax error|no such column|fts5|malformed|unterminated/i);
    }
    expect(await counts()).toMatchObject({ events: before.events, sessions: before.sessions });
    expect(target.current.service.log()).not.toMatch(/sqlite|syntax error|fts5/i);
  });

  it.each([`shop' OR '1'='1`, `x") OR 1=1 --`, `%`, `_hop`, `s?op`])(
    'as the name of a project, %s finds no other one',
    async (app) => {
      await target.current.fire({ session_id: 'one', hook_event_name: 'Stop', cwd: '/p/shop' });
      for (const path of ['/api/sessions?app=', '/api/events?app=']) {
        const answer = await target.current.ask(path + encodeURIComponent(app));
        const found = (await answer.json()) as { sessions?: unknown[]; events?: unknown[] };
        expect(found.sessions ?? found.events).toEqual([]);
      }
    },
  );

  it('as names and ids of what is stored, they come back as they are', async () => {
    for (const [at, attack] of attacks.filter((one) => one.length <= 60 && !one.includes('\u0000')).entries()) {
      const id = `told-${at}`;
      const fired = await target.current.fire({
        session_id: id,
        hook_event_name: 'UserPromptSubmit',
        prompt: attack,
        cwd: '/p',
      });
      expect(fired.status).toBe(200);
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ sessionId: id, kind: 'note', text: `n ${attack}` });
      expect((await target.current.ask('/api/annotations', { method: 'POST', headers, body })).status).toBe(201);
      const { events } = (await (await target.current.ask(`/api/events?session=${id}`)).json()) as {
        events: { payload: { prompt: string } }[];
      };
      expect(events.map(({ payload }) => payload.prompt)).toEqual([attack]);
      const { annotations } = (await (await target.current.ask(`/api/annotations?session=${id}`)).json()) as {
        annotations: { text: string }[];
      };
      expect(annotations.map(({ text }) => text)).toEqual([`n ${attack}`.trim()]);
    }
  });
});
