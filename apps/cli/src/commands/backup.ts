import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { sizeWords } from '@telltale/core';
import { telltaleHome } from '@telltale/hooks/.claude/hooks/telltale/spool.mjs';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';

export function backupCommand({ print, cwd, now, env }: Context) {
  return new Command()
    .summary('a copy of the database')
    .description('Writes a consistent copy of the database, also while the service runs.')
    .argument('[file]', 'where to; usually a new file in backups of TELLTALE_HOME')
    .action(async (file) => {
      // It holds what agents read and wrote: private, like the database itself.
      process.umask(0o077);
      const source = join(telltaleHome(), 'telltale.db');
      if (!existsSync(source)) throw new Problem(`There is no database at ${source}; TELLTALE_HOME says where it is.`);
      // npm runs its scripts in the repository and tells where the user was.
      const target = file === undefined ? usualTarget(now()) : resolve(env.INIT_CWD ?? cwd, file);
      if (existsSync(target)) throw new Problem(`${target} exists already; name a new file.`);
      const Database = await loadDriver();
      mkdirSync(dirname(target), { recursive: true });
      const database = new Database(source, { fileMustExist: true });
      try {
        await database.backup(target);
      } catch (error) {
        throw new Problem(`${target} could not be written: ${error instanceof Error ? error.message : error}.`);
      } finally {
        database.close();
      }
      print(`${source} is copied to ${target} (${sizeWords(statSync(target).size)}).`);
      print('To restore it, stop the service and put it back, without the -wal and -shm files beside it.');
    });
}

function usualTarget(now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replace(/:/g, '-');
  return join(telltaleHome(), 'backups', `telltale-${stamp}.db`);
}

/** Native, so no part of this package: in a clone it is there. */
async function loadDriver() {
  try {
    return (await import('better-sqlite3')).default;
  } catch {
    throw new Problem(
      'A backup needs better-sqlite3: install it beside this command, or run it in the folder of Telltale.',
    );
  }
}
