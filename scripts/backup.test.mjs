import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** @type {string} */
let home;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'telltale-backup-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** @param {string[]} args */
function backup(...args) {
  const env = { ...process.env, TELLTALE_HOME: home };
  const run = spawnSync(process.execPath, ['scripts/backup.mjs', ...args], { cwd: root, encoding: 'utf8', env });
  return { status: run.status, said: (run.stdout + run.stderr).trim() };
}

it('copies what is committed while another process writes', () => {
  const live = new SqliteDatabase(join(home, 'telltale.db'));
  live.pragma('journal_mode = WAL');
  live.exec('CREATE TABLE t (n); INSERT INTO t VALUES (1), (2); BEGIN; INSERT INTO t VALUES (3)');
  const target = join(home, 'copy.db');
  expect(backup(target)).toEqual({ status: 0, said: expect.stringMatching(/ is copied to .*copy\.db; to restore/) });
  const copy = new SqliteDatabase(target, { readonly: true });
  expect(copy.prepare('SELECT n FROM t').pluck().all()).toEqual([1, 2]);
  copy.close();
  expect(backup(target)).toEqual({ status: 1, said: `backup: ${target} exists already; name a new file` });
  live.exec('COMMIT');
  live.close();
});

it('says what is missing in one sentence', () => {
  expect(backup()).toEqual({ status: 1, said: 'backup: name the file to write: npm run backup -- <file>' });
  expect(backup(join(home, 'x.db')).said).toMatch(/^backup: there is no database at /);
});
