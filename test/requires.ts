import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type ClientAge, claudeBinary, clientVersions } from './client/binary.ts';
import { caddyBinary } from './compose/caddy.ts';
import { s3ServerBinary, stackBinaries, whyNoStack } from './stack/binaries.ts';

/**
 * What a test needs from the machine. What is missing is named on one line and its tests are skipped;
 * with TELLTALE_REQUIRE_ALL=1 it is an error, so that a complete machine cannot skip by accident.
 */
export function requires(...needs: Need[]): boolean {
  const missing = needs.filter((need) => !isHere(need));
  for (const need of missing) complain(`${need} was not found: ${hints[need]}`);
  return missing.length === 0;
}

/** The same for the real client, which is installed when it is not there. */
export async function requiresClaude(age: ClientAge = 'new'): Promise<boolean> {
  try {
    await claudeBinary(age);
    return true;
  } catch (error) {
    complain(`Claude Code ${clientVersions[age]} could not be installed: ${String(error).split('\n')[0]}`);
    return false;
  }
}

/** The same for the native stack (collector, Prometheus, Loki), which is built when it is not there. */
export async function requiresStack(): Promise<boolean> {
  const problem = (await whyNoStack()) ?? (await stackBinaries().then(() => undefined, String));
  if (problem) complain(`the native stack could not be built from Go modules: ${problem}`);
  return !problem;
}

/** The same for the gateway (Caddy). */
export async function requiresGateway(): Promise<boolean> {
  const problem = await caddyBinary().then(() => undefined, String);
  if (problem) complain(`the gateway could not be built from Go modules: ${problem}`);
  return !problem;
}

/** The same for a server that speaks S3. */
export async function requiresS3(): Promise<boolean> {
  const problem = await s3ServerBinary().then(() => undefined, String);
  if (problem) complain(`a server of S3 could not be built from Go modules: ${problem}`);
  return !problem;
}

export type Need = keyof typeof hints;

const hints = {
  chromium: 'install it, or name it in TELLTALE_CHROMIUM',
  tmux: 'install it to test interactive sessions',
  git: 'install it to test worktrees',
  curl: 'install it to test the commands of the documentation',
  nginx: 'install it to test the proxy with TLS',
  openssl: 'install it to test what is sent by TLS',
} as const;

/** How to ask a program for its version, where that is another way than the usual. */
const versionOf: Partial<Record<Need, string>> = { tmux: '-V', nginx: '-v', openssl: 'version' };

export function chromiumPath(): string | undefined {
  const places = [
    process.env.TELLTALE_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return places.find((path) => path !== undefined && existsSync(path));
}

function isHere(need: Need): boolean {
  if (need === 'chromium') return chromiumPath() !== undefined;
  try {
    execFileSync(need, [versionOf[need] ?? '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not on the PATH
  }
}

const said = new Set<string>();

function complain(what: string): void {
  if (process.env.TELLTALE_REQUIRE_ALL === '1')
    throw new Error(`${what} (TELLTALE_REQUIRE_ALL=1 allows no skipped test)`);
  if (!said.has(what)) process.stderr.write(`skipped: ${what}\n`);
  said.add(what);
}
