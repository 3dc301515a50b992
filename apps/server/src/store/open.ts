import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openConnection } from './connection.ts';
import { storeErrorOf } from './errors.ts';
import { migrate } from './migrate.ts';

export interface OpenedDatabase {
  database: Database;
  close(): void;
}

/**
 * Opens the database of one service, alone: a second process gets a StoreError instead of a share in the file.
 * Readers (a backup, a look with sqlite3) stay welcome, so the lock is a file of its own.
 */
export function openDatabase(file: string): OpenedDatabase {
  let lock: Database | undefined;
  let database: Database | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    lock = lockOf(file);
    database = openConnection(file, { timeout: 2000 });
    configure(database);
    migrate(database);
    return { database, close: closeBoth(database, lock) };
  } catch (error) {
    database?.close();
    lock?.close();
    throw storeErrorOf(error, file);
  }
}

/** An operating system lock that ends with its process, also with SIGKILL. */
function lockOf(file: string): Database {
  const lock = openConnection(`${file}-lock`, { timeout: 0 });
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

function configure(database: Database): void {
  // Both take effect only on an empty file.
  database.pragma('page_size = 8192');
  database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma('journal_mode = WAL');
  // Overwrites what is deleted inside a page; freed pages are taken out of the file, see delete-session.ts.
  database.pragma('secure_delete = FAST');
  // About 4 MB: a larger log makes the checkpoint, and so the COMMIT that does it, longer.
  database.pragma('wal_autocheckpoint = 500');
  // Acknowledged means on disk: COMMIT returns after fsync of the log; macOS needs F_FULLFSYNC for that.
  database.pragma('synchronous = FULL');
  database.pragma('fullfsync = ON');
  database.pragma('checkpoint_fullfsync = ON');
  database.pragma('journal_size_limit = 67108864');
  database.pragma('cache_size = -6000');
  database.pragma('temp_store = MEMORY');
  database.pragma('foreign_keys = OFF');
}

function closeBoth(database: Database, lock: Database): () => void {
  return () => {
    database.close();
    lock.close();
  };
}
