import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../client/binary.ts';
import { withLock } from '../client/lock.ts';

/** A folder of the test cache, filled once by `make`; what fails half-way is not taken for whole. */
export async function cached(name: string, says: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), 'compose', name);
  if (existsSync(folder)) return folder;
  await withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(folder)) return;
      process.stderr.write(`compose: ${says}\n`);
      const partial = `${folder}.partial`;
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      await make(partial);
      await rename(partial, folder);
    },
    3_600_000,
  );
  return folder;
}

export interface Ran {
  stdout: string;
  stderr: string;
}

/** Runs to the end; an error tells the last lines that the command printed. */
export async function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeout?: number } = {},
) {
  try {
    return (await promisify(execFile)(command, args, { ...options, maxBuffer: 256 << 20 })) as Ran;
  } catch (error) {
    const { stdout = '', stderr = '', code } = error as Partial<Ran> & { code?: unknown };
    const end = `${stdout}\n${stderr}`.trim().split('\n').slice(-30).join('\n');
    throw new Error(`\`${command} ${args.join(' ').slice(0, 200)}\` failed (${String(code)}):\n${end}`);
  }
}
