import { join, sep } from 'node:path';
import { quoted } from '@telltale/hooks/connect/show.mjs';
import { type Colours, createColours } from './colours.ts';
import { createService, type Service } from './service.ts';
import { tame } from './tame.ts';

/** What a command may touch of the process it runs in. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  now: () => number;
  /** A line of output. */
  print(line: string): void;
  /** Output as it is, without a newline. */
  write(text: string): void;
  /** A line beside the output: progress, warnings. */
  note(line: string): void;
  colours: Colours;
  /** Whether somebody sits there who can be asked. */
  isInteractive: boolean;
  /** The service that hooks of this machine send to, or another; nothing is asked of it yet. */
  service(url?: string, token?: string): Service;
  /** How this command is called, for hints. */
  self: string;
}

export function createContext({ env, stdin, stdout, stderr, cwd }: NodeJS.Process): Context {
  // Somebody who reads only the first lines closes the pipe: `telltale tail | head`.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env,
    cwd: cwd(),
    now: Date.now,
    print: (line) => void stdout.write(`${tame(line)}\n`),
    write: (text) => void stdout.write(text),
    note: (line) => void stderr.write(`${tame(line)}\n`),
    colours: createColours(stdout.isTTY === true, env),
    isInteractive: stdin.isTTY === true && stdout.isTTY === true,
    service: (url, token) => createService(env, url, token),
    self: selfOf(env, cwd()),
  };
}

/** As it was called. Outside of the clone a plain `npx telltale` would fetch a package of that name, whosever it is. */
export function selfOf({ npm_command, npm_config_local_prefix: prefix }: Context['env'], cwd: string): string {
  if (npm_command !== 'exec') return 'telltale';
  const isInside = prefix === undefined || cwd === prefix || cwd.startsWith(join(prefix, sep));
  return isInside ? 'npx telltale' : `npx --prefix ${quoted(prefix)} telltale`;
}
