import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { quoted } from '@telltale/hooks/connect/show.mjs';
import { scripts } from '../../setup/wishes.ts';
import { registeredHooks } from '../hooks-in-effect.ts';
import type { Machine } from '../machine.ts';

/** What the marked session is called wherever a project's name is shown. */
const probeApp = 'telltale-doctor';

const event = 'UserPromptSubmit';
const longestMs = 10_000;

export interface HookRun {
  ms: number;
  /** Which command ran, in words. */
  by: string;
  /** Absent: it ended with 0 in time. */
  problem?: string;
}

/** Fires a hook as the client would: the registered command, its variables, its stdin. Without one, the script of this command. */
export async function runHook(machine: Machine, session: string): Promise<HookRun> {
  const { settings, project } = machine;
  const registered = registeredHooks(settings).find((one) => one.event === event);
  const own = process.platform === 'win32' ? nodeCommand() : shellCommand();
  const { command, args } = registered ?? own;
  const by = registered ? `the command in ${registered.path}` : 'the script of this command, as none is registered';
  const [file, list] = args.length > 0 ? [command, args] : ['sh', ['-c', command]];
  const startedAt = performance.now();
  const child = spawn(file, list, {
    ...{ cwd: project, env: variablesFor(machine, session), stdio: ['pipe', 'ignore', 'ignore'] },
    timeout: longestMs,
  });
  child.stdin.on('error', () => {}); // It may end without reading: where nothing is to be recorded.
  child.stdin.end(JSON.stringify(inputOf(session, project)));
  const problem = await Promise.race([
    once(child, 'exit').then(([code, signal]) => (code === 0 ? undefined : `it ended with ${code ?? signal}`)),
    once(child, 'error').then(([error]: Error[]) => error?.message),
  ]).catch((error: unknown) => String(error));
  return { ms: performance.now() - startedAt, by, ...(problem !== undefined && { problem }) };
}

function inputOf(session: string, project: string): object {
  return {
    ...{ session_id: session, cwd: project, hook_event_name: event, permission_mode: 'default' },
    ...{ prompt_id: session, prompt: 'telltale doctor: a probe, removed in a moment' },
  };
}

/** The client gives hooks its variables, but for those of telemetry. */
function variablesFor({ env, hooks, project }: Machine, session: string): NodeJS.ProcessEnv {
  const told = { ...env, ...Object.fromEntries([...hooks].map(([name, { value }]) => [name, value])) };
  const kept = Object.entries(told).filter(([name]) => !name.startsWith('OTEL_') && name !== 'CLAUDE_PID');
  return {
    ...Object.fromEntries(kept),
    ...{ CLAUDE_PROJECT_DIR: project, CLAUDE_CODE_SESSION_ID: session, CLAUDECODE: '1', TELLTALE_APP: probeApp },
  };
}

function shellCommand() {
  return { command: `t=${quoted(scripts.replace(/\/$/, ''))}; . "$t/hook.sh"`, args: [] };
}

function nodeCommand() {
  return { command: process.execPath, args: [`${scripts}hook.mjs`] };
}
