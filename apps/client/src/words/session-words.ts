import { type Session, type SessionState, type Wait, waitedFor } from '@telltale/core';

/** The session's own title or first prompt; ids only where nothing else is known. */
export function titleOf(session: Session): string {
  return session.title ?? `Session ${session.id.slice(0, 8)}`;
}

/** "api · fix-limits": the project and its worktree or branch. */
export function placeWords(session: Session): string {
  const line = session.worktree ?? session.branch;
  return line ? `${session.app} · ${line}` : session.app;
}

/** "ada@ws": who ran it, and on which machine. */
export function whoWords({ user, host }: Session): string {
  return [user, host].filter(Boolean).join('@');
}

/** Folder, repository and commit, for the hover. */
export function placeHint({ cwd, repo, commit }: Session): string | undefined {
  const at = commit === undefined ? '' : ` at ${commit.slice(0, 12)}`;
  const lines = [cwd, repo === undefined ? at && `commit${at}` : repo + at];
  return lines.filter(Boolean).join('\n') || undefined;
}

/** "permission: Bash rm -rf dist", "question: “Which colour?”". */
export function waitWordsOf(wait: Wait): string {
  const kind = wait.kind === 'question' ? 'question' : waitedFor[wait.kind];
  return wait.summary === wait.kind ? kind : `${kind}: ${wait.summary}`;
}

type Trouble = Session['trouble'][number];

const troubleKindWords: Record<Trouble['kind'], string> = {
  'api-error': 'API error',
  'retries-exhausted': 'API error, no further try',
  'stop-failure': 'turn failed',
  lost: 'went silent while working',
  'repeated-failure': 'the same call fails again and again',
  'mcp-down': 'an MCP server is down',
  'edit-conflict': 'two sessions edit one file',
  alert: 'an alert fires',
};

/** The evidence; who may read no words is told the kind alone. */
export function troubleWordsOf({ kind, summary }: Trouble): string {
  return summary === kind ? troubleKindWords[kind] : summary;
}

/** Everything that is wrong, in one line: "went silent while working · failed 3 times: Bash npm test". */
export function troubleWords({ trouble }: Session): string {
  return trouble.map((one) => troubleWordsOf(one)).join(' · ') || 'trouble';
}

/** Where the session runs and, where there is one, the command that goes there. */
export function wayThere(session: Session): { where: string; command?: string } | undefined {
  if (session.tmuxPane) {
    return { where: `tmux ${session.tmuxPane}`, command: `tmux switch-client -t '${session.tmuxPane}'` };
  }
  if (session.entrypoint === 'claude-vscode' || session.terminal === 'vscode') return { where: 'VS Code' };
  if (session.entrypoint?.startsWith('sdk')) return { where: 'headless' };
  return session.terminal ? { where: session.terminal } : undefined;
}

/** "waits for plan approval", "idle". */
export function stateWordsOf({ state, waiting }: Session): string {
  const [wait] = waiting;
  return wait ? `waits for ${waitedFor[wait.kind]}` : stateWords[state];
}

const stateWords = {
  working: 'working',
  'waiting-permission': 'waits for permission',
  'waiting-input': 'waits for an answer',
  idle: 'idle',
  ended: 'ended',
  failed: 'failed',
  lost: 'lost',
} as const satisfies Record<SessionState, string>;

/** "1 needs you", "3 need you". */
export function needsWords(count: number): string {
  return count === 1 ? 'needs you' : 'need you';
}

/** Metrics alone tell of no prompt or call: how many there were is unknown then, not zero. */
export function hasCounts({ knownFrom }: Pick<Session, 'knownFrom'>): boolean {
  return knownFrom !== 'metrics';
}
