import { join } from 'node:path';
import {
  contextNow,
  demoIdEnd,
  isDemoSession,
  moneyWords,
  type QuotaReport,
  type Session,
  type SpanPage,
} from '@telltale/core';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildCommand, startTelltale, telltale } from '../../apps/cli/fixtures/telltale.ts';
import { tellSession } from '../../apps/cli/src/demo/tell-session.ts';
import { deliver } from '../browser/deliver.ts';
import { serviceFor } from '../running-service.ts';
import { type Service, startService } from '../service.ts';
import { waitFor } from '../wait.ts';

buildCommand();
const patienceMs = 120_000;
const running = serviceFor('each test');

const demo = (service: Service, ...args: string[]) =>
  telltale(['demo', ...args], { env: { HOME: service.home, TELLTALE_HOME: service.home, TELLTALE_URL: service.url } });

/** A session of somebody's own, in a project with such a name. Just now: what it cost is of today, also after midnight. */
function ownSession() {
  const session = tellSession({ name: 'own', cwd: '/home/ada/code/demo-shop', startMs: Date.now() - 60_000 });
  session.prompt('Remember the heffalump');
  session.call('Bash', { command: 'make' }, { stdout: 'heffalump', stderr: '', interrupted: false });
  session.stop('Done.');
  session.end();
  return session;
}

describe('telltale demo', () => {
  it('tells a week with every state, money and people, all of it marked', async () => {
    const service = running.current;
    expect(await demo(service)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+ sessions of a week are there/),
    });
    const sessions = await service.sessions();
    const values = (key: 'group' | 'app' | 'user') => [...new Set(sessions.map((session) => session[key]))].sort();
    expect(values('group')).toEqual(['done', 'needs-you', 'quiet', 'trouble', 'working', 'your-turn']);
    expect(values('app')).toEqual(['demo-api', 'demo-docs', 'demo-infra', 'demo-shop', 'demo-web']);
    expect(values('user')).toEqual(['ada', 'edsger', 'grace']);
    const isMarked = ({ id, labels }: Session) => isDemoSession(id) && labels?.join() === 'demo';
    expect(sessions.filter((session) => !isMarked(session))).toEqual([]);
    expect(sessions.filter(({ costSource, costUsd = 0 }) => costSource !== 'events' || costUsd <= 0)).toEqual([]);
    expect(sessions.filter(({ unattributedUsd = 0 }) => unattributedUsd > 0)).toEqual([]);
    // As by a status line, which knows it best; and traces, by which the waterfall stands.
    expect(sessions.filter((session) => contextNow(session)?.isExact !== true)).toEqual([]);
    const { quotas } = await service.get<QuotaReport>('/api/quota');
    expect([...new Set(quotas.map(({ user }) => user))].sort()).toEqual(['ada', 'edsger', 'grace']);
    for (const { id } of sessions)
      expect((await service.get<SpanPage>(`/api/sessions/${id}/spans`)).spans).not.toEqual([]);

    const again = await demo(service);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('The demo is there already') });
  });

  it('is taken away, and the store is as it was', { timeout: 600_000 }, async () => {
    const service = running.current;
    await deliver(service, ownSession());
    await waitFor('the search', async () => (await hits(service, 'heffalump')) > 0, patienceMs);
    const before = await storeOf(service);
    expect((await demo(service)).code).toBe(0);
    await waitFor('the search', async () => (await hits(service, 'webhooks')) > 0, patienceMs);
    expect(rowsOfDemo(service).length).toBeGreaterThan(8);

    expect(await demo(service, '--remove')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    const removed = await demo(service, '--remove', '--yes', '--json');
    expect(JSON.parse(removed.out)).toMatchObject({ left: [] });
    expect(removed.code).toBe(0);
    expect(await storeOf(service)).toEqual(before);
    for (const word of ['rounding', 'webhooks', 'Postgres'])
      expect([word, await hits(service, word)]).toEqual([word, 0]);
    expect(await demo(service, '--remove')).toMatchObject({
      code: 0,
      out: expect.stringContaining('There is no demo'),
    });
    // And comes again.
    expect((await demo(service)).code).toBe(0);
    expect((await service.sessions()).length).toBeGreaterThan(30);
  });

  it('goes on while it is live', async () => {
    const service = running.current;
    const live = await startTelltale(['demo', '--live', '5'], {
      env: { HOME: service.home, TELLTALE_HOME: service.home, TELLTALE_URL: service.url },
    });
    await waitFor('the week', async () => live.err().includes('Now it goes on for 5 minutes'), patienceMs);
    const told = (await service.sessions()).length;
    await waitFor('a session that comes', async () => (await service.sessions()).length > told, patienceMs);
    await live.end('SIGTERM');
  });

  it.each([
    [['--live', '0'], 'It has to be 1–1440.'],
    [['--remove', '--live', '3'], '--remove goes with neither'],
    [['--seed', 'x'], 'It has to be a whole number.'],
  ])('ends with 2 where it is asked in a wrong way: %j', async (args, words) => {
    expect(await demo(running.current, ...args)).toMatchObject({ code: 2, err: expect.stringContaining(words) });
  });
});

describe('alerts', () => {
  it('hear nothing of the demo, and of other sessions they do', async () => {
    const home = running.current.home.concat('-alerts');
    const env = {
      TELLTALE_BUDGET_DAY_USD: '0.000001',
      TELLTALE_ALERT_SAME_CALL: '2',
      TELLTALE_BUDGET_SESSION_USD: '0.000001',
    };
    const service = await startService({ home, env });
    onTestFinished(() => service.stop().then(() => undefined));
    expect((await demo(service)).code).toBe(0);
    const own = ownSession();
    await deliver(service, own);
    const said = async () => (await service.events()).filter(({ source }) => source === 'alert');
    await waitFor(
      'the alert about the own session',
      async () => (await said()).some(({ sessionId }) => sessionId === own.sessionId),
      patienceMs,
    );
    const cost = moneyWords((await service.session(own.sessionId)).costUsd);
    await waitFor(
      'the budget of the day, with its cost alone',
      async () => (await said()).some(({ payload }) => JSON.stringify(payload).includes(`today cost ${cost},`)),
      patienceMs,
    );
    expect((await said()).filter(({ payload }) => isAboutDemo(JSON.stringify(payload), cost))).toEqual([]);
  });
});

const isAboutDemo = (text: string, cost: string) =>
  text.includes(demoIdEnd) || (text.includes('today cost') && !text.includes(`today cost ${cost},`));

async function hits(service: Service, words: string): Promise<number> {
  const query = new URLSearchParams({ q: words, limit: '1' });
  return (await service.get<{ total: { hits: number } }>(`/api/search?${query}`)).total.hits;
}

/** Everything that pages are made of, and how many rows each table has. */
async function storeOf(service: Service) {
  const { analyses } = await service.get<{ analyses: { name: string }[] }>('/api/analysis');
  const reports: Record<string, unknown> = {};
  const period = `from=${Date.now() - 30 * 86_400_000}`;
  for (const { name } of analyses)
    reports[name] = (await service.get<{ rows: unknown }>(`/api/analysis/${name}?${period}`)).rows;
  const { events, sessions, today } = await service.get<{ events: number; sessions: number; today: object }>(
    '/api/status',
  );
  const { names: _, ...facets } = await service.get<{ names: string[] }>('/api/facets');
  return {
    ...{ events, sessions, today, facets, reports },
    list: await service.sessions(),
    told: await service.events(),
    annotations: await service.get('/api/annotations'),
    quota: await service.get('/api/quota'),
    demoRows: rowsOfDemo(service),
  };
}

/** Rows of the demo in the tables of the database, but for those that remember what was deleted, and by whom. */
function rowsOfDemo(service: Service): string[] {
  const database = new Database(join(service.home, 'telltale.db'), { readonly: true });
  try {
    const columns = database
      .prepare<[], { name: string; key: string }>(
        `SELECT tables.name, columns.name AS key FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
         WHERE tables.type = 'table' AND columns.name IN ('session', 'session_id')`,
      )
      .all()
      .filter(({ name }) => !['tombstones', 'transcript_files', 'audit_log'].includes(name));
    expect(columns.length).toBeGreaterThan(15);
    return columns.flatMap(({ name, key }) => {
      const mark = `substr(id, -${demoIdEnd.length}) = '${demoIdEnd}'`;
      const ids = `SELECT no FROM sessions WHERE ${mark} UNION ALL SELECT id FROM sessions WHERE ${mark}`;
      const rows = database
        .prepare<[], number>(`SELECT count(*) FROM "${name}" WHERE "${key}" IN (${ids})`)
        .pluck()
        .get();
      return rows ? [`${name}: ${rows}`] : [];
    });
  } finally {
    database.close();
  }
}
