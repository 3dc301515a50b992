import { demoIdEnd } from '@telltale/core/demo';
import { demoDay } from './demo-day.ts';
import { createRandom, type Random } from './random.ts';
import { type Task, tasks } from './tasks.ts';
import { tellSession, uuidOf } from './tell-session.ts';
import type { TellerOptions, Told } from './told.ts';

export interface PlanOptions {
  /** The week ends here; the same time and seed tell the same. */
  nowMs: number;
  seed: number;
  /** How much of what comes is told, too. */
  liveMinutes: number;
}

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;
const code = '/home/demo/code';
/** With this the names of its projects begin. */
export const projectStart = 'demo-';
/** Who works: whose sessions cost what is one of the questions that pages answer. */
const people: readonly [Person, ...Person[]] = [
  { user: 'ada', host: 'demo-laptop' },
  { user: 'grace', host: 'demo-desk' },
  { user: 'edsger', host: 'demo-laptop-2' },
];

interface Person {
  user: string;
  host: string;
}

const models = ['claude-opus-5-5', 'claude-opus-5-5', 'claude-sonnet-5-5'] as const;
const agentModel = 'claude-haiku-5-5';
/** By how many days ago: also a quiet weekend and a long Wednesday. */
const sessionsByDay = [5, 6, 8, 4, 7, 2, 3] as const;

/** A week of three people with their agents up to now, and what comes in the next minutes. */
export function planDemo({ nowMs, seed, liveMinutes }: PlanOptions): Told[] {
  const random = createRandom(seed);
  const key = `${seed} ${nowMs}`;
  const tell = (options: TellerOptions) => tellSession(marked(options, key));
  const told: Told[] = demoDay(nowMs, tell);
  let nth = 0;
  for (const [ago, count] of sessionsByDay.entries()) {
    for (let one = 0; one < count; one += 1) {
      nth += 1;
      const startMs = startOf(ago, nowMs, random);
      const session = tellTask(tell, { nth, startMs, random });
      session.pass(random.between(20, 400) * second);
      // Today's last are over, too: who waits is in the forenoon's sessions.
      if (session.atMs < nowMs) session.end();
      told.push(session);
    }
  }
  for (let atMs = nowMs + 5 * second; atMs < nowMs + liveMinutes * minute; atMs += random.between(25, 70) * second) {
    nth += 1;
    const session = tellTask(tell, { nth, startMs: atMs, random });
    session.pass(15 * second);
    session.end();
    told.push(session);
  }
  return told;
}

/** In the hours of work of that day, where the demo is told; of today in those that are over. */
function startOf(ago: number, nowMs: number, random: Random): number {
  if (ago === 0) return nowMs - random.between(70, 400) * minute;
  // Never older than a week, of which Prometheus would take nothing.
  return new Date(nowMs - ago * day).setHours(8, 0, 0, 0) + random.between(0, 9 * 60) * minute;
}

function tellTask(
  tell: (options: TellerOptions) => ReturnType<typeof tellSession>,
  { nth, startMs, random }: { nth: number; startMs: number; random: Random },
) {
  const task: Task = tasks[nth % tasks.length] ?? tasks[0];
  const { user, host } = random.pick(people);
  const session = tell({
    ...{ name: `task ${nth}`, cwd: `${code}/${task.project}`, branch: task.branch, startMs, user, host },
    ...{ model: random.pick(models), thinkMs: random.between(1_400, 6_200), permissionMode: 'default' },
    heldTokens: random.between(24, 120) * 1000,
    cacheMs: 5 * minute,
    terminal: random.pick(['vscode', 'tmux', 'iTerm.app']),
  });
  session.pass(random.between(2, 9) * second);
  task.tell(session, { code: `${code}/${task.project}`, random });
  return session;
}

/** As everything of the demo: with the mark in its id and in its project's name. */
function marked(options: TellerOptions, key: string): TellerOptions {
  // A pane of the demo is nobody's: `telltale focus` must not find a real one.
  const { tmuxPane, ...rest } = options;
  const { name, cwd } = rest;
  const project = cwd.slice(cwd.lastIndexOf('/') + 1);
  return {
    ...{ host: people[0].host, agentModel, ...rest },
    ...(tmuxPane !== undefined && { terminal: 'tmux' }),
    ...{ name: `${key} ${name}`, sessionId: demoId(`${key} ${name}`), app: `${projectStart}${project}` },
  };
}

function demoId(name: string): string {
  return uuidOf(name).slice(0, -demoIdEnd.length) + demoIdEnd;
}
