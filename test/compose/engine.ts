import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../client/binary.ts';
import { waitFor } from '../wait.ts';
import { run } from './cached.ts';

/** A Docker engine to talk to. */
export interface Engine {
  /** For `docker` and compose. */
  env: NodeJS.ProcessEnv;
  /** Started here, on a data folder of its own: what it calls an image is nobody else's. */
  isOurs: boolean;
  /** Ends what was started here, by its process id. */
  stop(): Promise<void>;
}

const dockerd = ['/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd'].find((path) => existsSync(path));

/** The engine that runs here already, else one of our own where this user may start it. */
export async function findEngine(): Promise<Engine> {
  const problem = await answers(process.env);
  if (problem === undefined) return { env: process.env, isOurs: false, stop: async () => {} };
  if (dockerd === undefined || process.getuid?.() !== 0) throw new Error(`no Docker engine: ${problem}`);
  return startEngine(dockerd);
}

async function startEngine(program: string): Promise<Engine> {
  const data = join(cacheFolder(), 'compose', 'engine');
  const folder = mkdtempSync(join(tmpdir(), 'telltale-engine-'));
  await mkdir(data, { recursive: true });
  const socket = `unix://${join(folder, 'docker.sock')}`;
  const log = join(folder, 'log');
  const out = openSync(log, 'a');
  const folders = ['--data-root', data, '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid')];
  const child = spawn(program, [...folders, '--host', socket], { stdio: ['ignore', out, out] });
  let ended: number | null | undefined;
  child.once('exit', (code) => {
    ended = code;
  });
  const env = { ...process.env, DOCKER_HOST: socket };
  const lastLines = () => readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n');
  const stop = async () => {
    if (ended === undefined) {
      child.kill('SIGTERM');
      await waitFor('the end of the Docker engine', () => ended !== undefined, 60_000);
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const isUp = async () => ended !== undefined || (await answers(env)) === undefined;
    await waitFor('the Docker engine', isUp, 60_000);
    if (ended !== undefined) throw new Error(`dockerd ended with ${ended}:\n${lastLines()}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, isOurs: true, stop };
}

/** Why no engine answers; nothing when one does. */
async function answers(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    await run('docker', ['version', '--format', '{{.Server.Version}}'], { env });
    return undefined;
  } catch (error) {
    return String(error).trim().split('\n').at(-1);
  }
}
