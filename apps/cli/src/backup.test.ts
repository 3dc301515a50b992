import { copyFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { buildCommand, folderOf, telltale } from '../fixtures/telltale.ts';

buildCommand();

it('copies what is committed while another process writes', async () => {
  const home = folderOf('backup');
  const live = new SqliteDatabase(join(home, 'telltale.db'));
  onTestFinished(() => void live.close());
  live.pragma('journal_mode = WAL');
  live.exec('CREATE TABLE t (n); INSERT INTO t VALUES (1), (2); BEGIN; INSERT INTO t VALUES (3)');
  const target = join(home, 'copy.db');
  const backup = (...args: string[]) => telltale(['backup', ...args], { cwd: home, env: { TELLTALE_HOME: home } });
  expect(await backup('copy.db')).toMatchObject({
    ...{ code: 0, err: '' },
    out: expect.stringMatching(/ is copied to .*copy\.db \(8\.2 kB\)\.\nTo restore it, /),
  });
  const copy = new SqliteDatabase(target, { readonly: true });
  expect(copy.prepare('SELECT n FROM t').pluck().all()).toEqual([1, 2]);
  copy.close();
  expect(statSync(target).mode & 0o777).toBe(0o600);
  expect(await backup('copy.db')).toMatchObject({
    code: 1,
    err: `telltale: ${target} exists already; name a new file.\n`,
  });
  live.exec('COMMIT');

  expect((await backup()).code).toBe(0);
  expect(readdirSync(join(home, 'backups'))).toEqual([expect.stringMatching(/^telltale-\d{4}-.*\.db$/)]);

  // Back to it, as docs/upgrading.md says: what was committed since then is not in it.
  live.close();
  copyFileSync(target, join(home, 'telltale.db'));
  for (const beside of ['-wal', '-shm']) rmSync(join(home, `telltale.db${beside}`), { force: true });
  const restored = new SqliteDatabase(join(home, 'telltale.db'), { readonly: true });
  expect(restored.prepare('SELECT n FROM t').pluck().all()).toEqual([1, 2]);
  restored.close();
});

it('says where it has looked for a database', async () => {
  const home = folderOf('backup');
  expect(await telltale(['backup'], { env: { TELLTALE_HOME: home } })).toMatchObject({
    code: 1,
    err: `telltale: There is no database at ${join(home, 'telltale.db')}; TELLTALE_HOME says where it is.\n`,
  });
});
