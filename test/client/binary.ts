import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.ts';

/** The real clients the tests run: today's, and the oldest that still differs. */
export const clientVersions = { new: '2.1.329', old: '2.1.197' } as const;
export type ClientAge = keyof typeof clientVersions;

/** The path of the real Claude Code, installed on first use into a cache outside the repository (377 MB each). */
export async function claudeBinary(age: ClientAge = 'new'): Promise<string> {
  const folder = join(cacheFolder(), `claude-${clientVersions[age]}`);
  return (
    findBinary(folder) ??
    withLock(`${folder}.lock`, async () => findBinary(folder) ?? install(folder, clientVersions[age]))
  );
}

export function cacheFolder(): string {
  return process.env.TELLTALE_TEST_CACHE ?? join(homedir(), '.cache', 'telltale-test');
}

// The binary is in the optional dependency of this platform, so no install script needs to run.
function findBinary(folder: string): string | undefined {
  const scope = join(folder, 'node_modules', '@anthropic-ai');
  if (!existsSync(scope)) return undefined;
  return readdirSync(scope)
    .filter((name) => name.startsWith('claude-code-'))
    .flatMap((name) => [join(scope, name, 'claude'), join(scope, name, 'claude.exe')])
    .find((path) => existsSync(path));
}

async function install(folder: string, version: string): Promise<string> {
  const partial = `${folder}.partial`; // a broken download must not look like an installed client
  await rm(partial, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await writeFile(join(partial, 'package.json'), '{"private":true}\n');
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--engine-strict=false'];
  await promisify(execFile)('npm', ['install', ...flags, '--prefix', partial, `@anthropic-ai/claude-code@${version}`], {
    cwd: partial,
    timeout: 240_000,
  });
  await rename(partial, folder);
  const binary = findBinary(folder);
  if (!binary)
    throw new Error(`@anthropic-ai/claude-code@${version} has no binary for ${process.platform}-${process.arch}`);
  return binary;
}
