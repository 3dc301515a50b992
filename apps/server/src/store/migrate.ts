import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { ownFolder } from '../own-folder.ts';
import { StoreError } from './errors.ts';

export const migrationsFolder = join(ownFolder, 'migrations');

/** Brings the database to the newest schema, one transaction per numbered file; refuses one from a newer Telltale. */
export function migrate(database: Database, folder = migrationsFolder): void {
  const migrations = readMigrations(folder);
  const newest = migrations.at(-1)?.version ?? 0;
  const found = Number(database.pragma('user_version', { simple: true }));
  if (found > newest) {
    throw new StoreError(
      'newer',
      `${basename(database.name)} has schema ${found} and this Telltale knows up to ${newest}: update Telltale, or use another TELLTALE_HOME.`,
    );
  }
  for (const { version, sql } of migrations) {
    if (version <= found) continue;
    database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${version}`);
    })();
  }
}

function readMigrations(folder: string): { version: number; sql: string }[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.+\.sql$/.test(name))
    .sort()
    .map((name, index) => {
      if (Number(name.slice(0, 4)) !== index + 1) throw new Error(`Migration ${name} must have number ${index + 1}`);
      return { version: index + 1, sql: readFileSync(join(folder, name), 'utf8') };
    });
}
