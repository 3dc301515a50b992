import { usualProvider } from '../agent-provider.ts';
import { present } from '../present.ts';
import type { Session, SessionGroup, SessionState, Trouble } from '../session-view.ts';
import { agentsView, isBackgroundRunning } from './agents.ts';
import type { SessionFold } from './fold.ts';
import { troublesOf } from './trouble.ts';
import { waitsOf } from './waits.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Working and silent for so long is lost; any later event revives. */
export const lostAfterMs = 15 * minute;
/** A finished turn that nobody answered for so long is nobody's turn. */
export const yourTurnMs = 30 * minute;

/** What the events do not tell and the service may know. */
export interface SessionFacts {
  /** Whether its process has gone: false where it is known to live, absent where nobody can know. */
  processGone?: boolean | undefined;
  /** The session's own title, of its transcript; wins over the first prompt. */
  title?: string | undefined;
  branch?: string | undefined;
  worktree?: string | undefined;
  model?: string | undefined;
  parentSessionId?: string | undefined;
  /** Troubles that no single session knows: edit conflicts, firing alerts. */
  trouble?: readonly Trouble[] | undefined;
  knownFrom?: 'events' | 'transcript' | undefined;
}

/** The session as everyone is told, at the time `now` (ms). */
export function sessionOf(fold: SessionFold, now: number, facts: SessionFacts = {}): Session {
  const state = stateOf(fold, now, facts);
  const isOver = state === 'ended' || state === 'lost';
  const trouble = [...troublesOf(fold), ...(facts.trouble ?? [])];
  if (state === 'lost') trouble.unshift(lostTrouble(fold, facts));
  const waiting = isOver ? [] : waitsOf(fold, now);
  const isGoneIdle = state === 'ended' && fold.endedAt === undefined;
  return present({
    id: fold.sessionId,
    app: fold.app,
    state,
    group: groupOf(fold, state, trouble, now),
    startedAt: fold.firstAt,
    lastEventAt: heardAt(fold),
    lastSeq: fold.lastSeq,
    ...countsOf(fold),
    subagents: fold.subagents,
    waitedMs: fold.waitedMs,
    waiting,
    trouble,
    agents: agentsView(fold),
    knownFrom: facts.knownFrom ?? 'events',
    title: facts.title || fold.title || fold.firstPrompt || undefined,
    cwd: fold.cwd,
    branch: facts.branch,
    worktree: facts.worktree ?? fold.worktree,
    host: fold.host,
    user: fold.user,
    repo: fold.repo,
    commit: fold.commit,
    provider: fold.provider ?? usualProvider,
    terminal: fold.terminal,
    tmuxPane: fold.tmuxPane,
    entrypoint: fold.entrypoint,
    pid: fold.pid,
    endedAt: isGoneIdle ? heardAt(fold) : fold.endedAt,
    endReason: isGoneIdle ? 'process gone' : fold.endReason,
    model: fold.model ?? facts.model,
    permissionMode: fold.permissionMode,
    lastLine: fold.lastLine,
    turnFinishedAt: state === 'idle' ? fold.turnFinishedAt : undefined,
    parentSessionId: facts.parentSessionId,
    startSource: fold.startSource,
    installedTwice: fold.installs.length > 1 ? true : undefined,
  });
}

function countsOf({ hasHooks, metered, prompts, tools, failures }: SessionFold) {
  return hasHooks || !metered ? { prompts, tools, failures } : metered;
}

function stateOf(fold: SessionFold, now: number, facts: SessionFacts): SessionState {
  if (fold.failure !== undefined) return 'failed';
  if (fold.endedAt !== undefined) return 'ended';
  const isBusy = fold.isInTurn || fold.isCompacting || isBackgroundRunning(fold);
  // Nothing is lost with the process of an idle session: its terminal was closed.
  if (facts.processGone === true) return isBusy || fold.waits.length > 0 ? 'lost' : 'ended';
  const silentMs = now - Date.parse(heardAt(fold));
  if (fold.waits.length > 0) {
    if (facts.processGone === undefined && silentMs >= day) return 'lost';
    return fold.waits.some((wait) => wait.kind === 'permission') ? 'waiting-permission' : 'waiting-input';
  }
  if (!isBusy) return 'idle';
  if (silentMs < lostAfterMs) return 'working';
  if (facts.processGone === undefined) return 'lost';
  // Its process lives: a long call runs, else the turn was interrupted by Esc, which no hook tells.
  return fold.calls.length > 0 || isBackgroundRunning(fold) ? 'working' : 'idle';
}

function groupOf(fold: SessionFold, state: SessionState, trouble: readonly Trouble[], now: number): SessionGroup {
  const silentMs = now - Date.parse(heardAt(fold));
  if (state === 'waiting-permission' || state === 'waiting-input') return 'needs-you';
  // What failed yesterday and was not acknowledged is history, not an alarm.
  if (trouble.length > 0 && silentMs < day) return 'trouble';
  switch (state) {
    case 'working':
      return 'working';
    case 'idle': {
      const finishedMs = fold.turnFinishedAt === undefined ? Number.NaN : now - Date.parse(fold.turnFinishedAt);
      return finishedMs < yourTurnMs ? 'your-turn' : 'quiet';
    }
    case 'ended':
      return silentMs < day ? 'done' : 'quiet';
    case 'failed':
    case 'lost':
      return 'quiet';
    default:
      return state satisfies never;
  }
}

/** A session that only alerts told of, or that an older version folded, has nothing better than its last event. */
function heardAt(fold: SessionFold): string {
  return fold.heardAt ?? fold.lastAt;
}

function lostTrouble(fold: SessionFold, facts: SessionFacts): Trouble {
  // Since when is told beside it.
  const summary = facts.processGone === true ? 'its process is gone and told no end' : 'went silent while working';
  return { kind: 'lost', summary, since: heardAt(fold), seq: fold.lastSeq };
}
