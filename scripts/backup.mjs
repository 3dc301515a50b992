// node scripts/backup.mjs <file>: a consistent copy of the database, also while the service runs.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import SqliteDatabase from 'better-sqlite3';

// It holds what agents read and wrote: private, like the database itself.
process.umask(0o077);
const [target] = process.argv.slice(2);
const source = join(resolve(process.env.TELLTALE_HOME || join(homedir(), '.telltale')), 'telltale.db');

/** @returns {string | undefined} what is wrong, in one sentence */
function problem() {
  if (!target) return 'name the file to write: npm run backup -- <file>';
  if (!existsSync(source)) return `there is no database at ${source}; TELLTALE_HOME says where it is`;
  if (existsSync(target)) return `${target} exists already; name a new file`;
  return undefined;
}

const wrong = problem();
if (wrong) {
  console.error(`backup: ${wrong}`);
  process.exitCode = 1;
} else {
  const database = new SqliteDatabase(source, { fileMustExist: true });
  try {
    await database.backup(/** @type {string} */ (target));
    console.log(
      `backup: ${source} is copied to ${target}; to restore it, put it back there while the service is stopped`,
    );
  } catch (error) {
    console.error(`backup: ${target} could not be written: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  } finally {
    database.close();
  }
}
