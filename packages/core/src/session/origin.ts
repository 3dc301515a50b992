import { worktreeOf } from '../catalogue/path.ts';
import type { TelltaleEvent } from '../event.ts';
import { textAt } from '../fields.ts';
import { unknownApp } from '../sources/otlp.ts';
import type { SessionFold } from './fold.ts';

const maxInstalls = 4;

/** Who and where: what every event may say about its session. */
export function noteOrigin(fold: SessionFold, event: TelltaleEvent): void {
  if (fold.app === '' || fold.app === unknownApp) fold.app = event.app;
  if (event.source === 'hook') notePlace(fold, event);
  const origin = event.origin;
  if (origin === undefined) return;
  if (origin.pid !== undefined && origin.pid !== fold.pid) {
    fold.pid = origin.pid;
    fold.installs.length = 0;
  }
  if (origin.install !== undefined && !fold.installs.includes(origin.install) && fold.installs.length < maxInstalls) {
    fold.installs.push(origin.install);
  }
  if (origin.host !== undefined) fold.host = origin.host;
  if (origin.user !== undefined) fold.user = origin.user;
  if (origin.repo !== undefined) fold.repo = origin.repo;
  if (origin.provider !== undefined) fold.provider = origin.provider;
  if (origin.commit !== undefined) fold.commit = origin.commit;
  if (origin.terminal !== undefined) fold.terminal = origin.terminal;
  if (origin.tmuxPane !== undefined) fold.tmuxPane = origin.tmuxPane;
  if (origin.entrypoint !== undefined) fold.entrypoint = origin.entrypoint;
}

function notePlace(fold: SessionFold, event: TelltaleEvent): void {
  if (event.agentId !== undefined) return;
  const cwd = textAt(event.payload, 'cwd');
  if (cwd !== undefined) {
    // The first one: `cd` does not move the project.
    fold.cwd ??= cwd;
    const name = worktreeOf(cwd);
    if (name !== undefined) fold.worktree = name;
  }
  const mode = textAt(event.payload, 'permission_mode');
  if (mode !== undefined) fold.permissionMode = mode;
  if (event.model !== undefined) fold.model = event.model;
}
