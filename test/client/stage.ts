import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { marker, type Step } from './api/script.ts';
import { createScriptedApi, type ScriptedApi } from './api/server.ts';
import { type ClientAge, claudeBinary } from './binary.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { type Run, type RunningClaude, startClaude } from './run.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { createWorld, type World } from './world.ts';

/** Everything one scenario plays on: a world, an API of its own, the real client and the witness. */
export interface Stage {
  age: ClientAge;
  world: World;
  api: ScriptedApi;
  recorder: Recorder;
  /** Where the client writes its transcripts. */
  transcripts: string;
  /** Registers what the model will answer and returns the prompt that has it played. */
  prompt(text: string, steps: Step[]): string;
  start(prompt: string, options?: PlayOptions): RunningClaude;
  run(prompt: string, options?: PlayOptions): Promise<Run>;
  open(options?: PlayOptions): Promise<Terminal>;
  /** Waits until the witness has seen a hook that often. */
  fired(name: string, times: number, timeoutMs?: number): Promise<void>;
  /** Another program, in the project and with the stage's environment. */
  execute(command: string, args: string[]): Promise<string>;
  close(): Promise<void>;
}

interface PlayOptions {
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
  timeoutMs?: number;
  /** Default: everything is allowed. */
  permissionMode?: 'default' | 'plan' | 'acceptEdits';
}

export interface StageOptions {
  age?: ClientAge;
  /** Merged beside the witness's hooks. */
  settings?: Record<string, unknown>;
  /** For every process of the stage, e.g. where Telltale is. */
  env?: Record<string, string>;
  project?: string;
}

export async function createStage(options: StageOptions = {}): Promise<Stage> {
  const age = options.age ?? 'new';
  const binary = await claudeBinary(age);
  const api = await createScriptedApi();
  const world = createWorld(api.url, options.project);
  const recorder = createRecorder(join(world.folder, 'recorded'), age);
  const terminals: Terminal[] = [];
  const running = new Set<RunningClaude>();
  let tracks = 0;

  const argsOf = (play: PlayOptions): string[] => [
    ...['--settings', JSON.stringify({ ...options.settings, ...recorder.settings })],
    ...(play.permissionMode ? ['--permission-mode', play.permissionMode] : ['--dangerously-skip-permissions']),
    ...(play.args ?? []),
  ];
  const start = (prompt: string, play: PlayOptions = {}): RunningClaude => {
    const env = { ...options.env, ...play.env };
    const claude = startClaude(world, { binary, prompt, ...play, args: argsOf(play), env });
    running.add(claude);
    const forget = () => running.delete(claude);
    claude.done.then(forget, forget);
    return claude;
  };

  const transcripts = join(world.home, '.claude', 'projects');
  mkdirSync(transcripts, { recursive: true });
  return {
    age,
    world,
    api,
    recorder,
    transcripts,
    prompt(text, steps) {
      tracks += 1;
      api.play(`turn-${tracks}`, steps);
      return `${marker(`turn-${tracks}`)} ${text}`;
    },
    start,
    run: (prompt, play) => start(prompt, play).done,
    async open(play = {}) {
      const env = { ...options.env, ...play.env };
      const terminal = await openTerminal(world, { binary, ...play, args: argsOf(play), env });
      terminals.push(terminal);
      return terminal;
    },
    async fired(name, times, timeoutMs = 60_000) {
      const seen = () => recorder.recorded().filter((one) => one.name === name).length;
      for (const until = Date.now() + timeoutMs; seen() < times; await sleep(50)) {
        if (Date.now() > until) throw new Error(`${name} fired ${seen()} times in ${timeoutMs} ms, not ${times}`);
      }
    },
    async execute(command, args) {
      const place = { cwd: world.project, env: { ...world.env, ...options.env }, timeout: 60_000 };
      return (await promisify(execFile)(command, args, place)).stdout;
    },
    async close() {
      for (const claude of running) claude.kill('SIGKILL');
      for (const terminal of terminals) await terminal.close().catch(() => undefined); // its client may have left
      await api.close();
      await world.remove();
    },
  };
}
