import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteError } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from './connection.ts';
import { StoreError, type StoreProblem, storeErrorOf } from './errors.ts';
import { migrate, migrationsFolder } from './migrate.ts';
import { openDatabase } from './open.ts';
import { createSqliteStore } from './sqlite-store.ts';

let folder: string;
const file = () => join(folder, 'telltale.db');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-open-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The problem of a refused opening; its sentence must name the file and end in what to do. */
function problemOf(path: string): StoreProblem | undefined {
  try {
    openDatabase(path).close();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    expect(error.message).toContain('telltale.db');
    expect(error.message).not.toContain('\n');
    return error.problem;
  }
  return undefined;
}

describe('openDatabase', () => {
  it('makes the file and its folder, durable and in WAL mode', () => {
    const { database, close } = openDatabase(join(folder, 'new', 'telltale.db'));
    const pragma = (name: string) => database.pragma(name, { simple: true });
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('auto_vacuum')]).toEqual(['wal', 2, 2]);
    expect([pragma('fullfsync'), pragma('checkpoint_fullfsync')]).toEqual([1, 1]);
    close();
  });

  it('opens again after it was closed, and is locked while it is open', () => {
    const first = openDatabase(file());
    expect(problemOf(file())).toBe('locked');
    // Who only reads may.
    const reader = openConnection(file(), { readonly: true });
    expect(reader.prepare('SELECT count(*) AS n FROM meta').get()).toEqual({ n: 0 });
    reader.close();
    first.close();
    expect(problemOf(file())).toBeUndefined();
  });

  it('refuses what is no database, and a damaged one', () => {
    writeFileSync(file(), 'not a database, but long enough to be looked at'.repeat(100));
    expect(problemOf(file())).toBe('corrupt');
  });

  it('refuses a database that is damaged inside, and lets go of it', () => {
    openDatabase(file()).close();
    const bytes = readFileSync(file());
    writeFileSync(file(), bytes.fill(0xff, 8192)); // the first page holds the schema, and is whole
    const open = () => createSqliteStore({ file: file() });
    expect(open).toThrow(`${file()} is damaged`);
    expect(open).toThrow(`${file()} is damaged`); // not: in use
  });

  it('refuses a folder that is a file, and a database that is a folder', () => {
    writeFileSync(join(folder, 'flat'), '');
    expect(problemOf(join(folder, 'flat', 'telltale.db'))).toBe('unwritable');
    mkdirSync(file());
    expect(problemOf(file())).toBe('unwritable');
  });

  it('refuses a database of a newer Telltale and leaves it as it is', () => {
    const { database, close } = openDatabase(file());
    database.pragma('user_version = 9000');
    close();
    expect(problemOf(file())).toBe('newer');
    const untouched = openConnection(file(), { readonly: true });
    expect(untouched.pragma('user_version', { simple: true })).toBe(9000);
    untouched.close();
  });
});

describe('migrate', () => {
  it('takes each migration once, in order, and all or nothing of one', () => {
    const steps = join(folder, 'migrations');
    mkdirSync(steps);
    writeFileSync(join(steps, '0001-a.sql'), 'CREATE TABLE a (x)');
    const database = openConnection(file());
    migrate(database, steps);
    migrate(database, steps);
    writeFileSync(join(steps, '0002-b.sql'), 'CREATE TABLE b (x); CREATE TABLE a (x)');
    expect(() => migrate(database, steps)).toThrow('table a already exists');
    expect(database.pragma('user_version', { simple: true })).toBe(1);
    expect(database.prepare("SELECT name FROM sqlite_master WHERE name = 'b'").get()).toBeUndefined();
    writeFileSync(join(steps, '0002-b.sql'), 'CREATE TABLE b (x)');
    migrate(database, steps);
    expect(database.pragma('user_version', { simple: true })).toBe(2);
    database.close();
  });

  it('refuses a gap in the numbers', () => {
    copyFileSync(join(migrationsFolder, '0001-first.sql'), join(folder, '0002-first.sql'));
    const database = openConnection(':memory:');
    expect(() => migrate(database, folder)).toThrow('must have number 1');
    database.close();
  });
});

describe('storeErrorOf', () => {
  it('says a full disk in one sentence', () => {
    const { database, close } = openDatabase(file());
    database.pragma('max_page_count = 120');
    database.exec('CREATE TABLE big (data)');
    let caught: unknown;
    try {
      for (let n = 0; n < 100; n += 1) database.prepare('INSERT INTO big VALUES (zeroblob(100000))').run();
    } catch (error) {
      caught = storeErrorOf(error, file());
    }
    close();
    expect(caught).toBeInstanceOf(StoreError);
    expect(caught).toMatchObject({ problem: 'full' });
  });

  it.each([
    ['SQLITE_CANTOPEN', 'unwritable'],
    ['SQLITE_READONLY_DBMOVED', 'unwritable'],
    ['SQLITE_CORRUPT_INDEX', 'corrupt'],
    ['SQLITE_BUSY_SNAPSHOT', 'locked'],
    ['SQLITE_IOERR_WRITE', 'failed'],
    ['SQLITE_FULL', 'full'],
  ] satisfies [string, StoreProblem][])('says %s as a sentence', (code, problem) => {
    const told = storeErrorOf(new SqliteError('terse', code), file());
    expect(told).toMatchObject({ problem, message: expect.stringMatching(/telltale\.db .+\.$/) });
  });

  it('leaves what is no storage problem as it is', () => {
    const error = new TypeError('x is not a function');
    expect(storeErrorOf(error, file())).toBe(error);
  });
});
