import { baseName } from '../catalogue/path.ts';
import type { Trouble } from '../session-view.ts';
import { quoted } from '../words.ts';
import type { SessionFold } from './fold.ts';

/** Edits further apart than this do not meet. */
const meetingMs = 30 * 60_000;

/**
 * Two live sessions that edited one file lately: the trouble of each, by session id, to be passed to `sessionOf`.
 * Worktrees have paths of their own and do not meet; so do other machines.
 */
export function editConflicts(folds: Iterable<SessionFold>, now: number): Map<string, Trouble[]> {
  const editors = new Map<string, Edit[]>();
  for (const fold of folds) {
    if (fold.endedAt !== undefined) continue;
    for (const { path, at } of fold.edits) {
      if (now - Date.parse(at) > meetingMs) continue;
      const key = `${fold.host ?? ''}\n${path}`;
      const known = editors.get(key);
      if (known === undefined) editors.set(key, [{ fold, path, at }]);
      else known.push({ fold, path, at });
    }
  }
  const found = new Map<string, Trouble[]>();
  for (const edits of editors.values()) {
    if (edits.length < 2) continue;
    // It is a conflict since the second of them came.
    const since = edits.map((edit) => edit.at).sort()[1] ?? '';
    for (const { fold, path } of edits) {
      const others = edits.filter((edit) => edit.fold !== fold).map((edit) => titleOf(edit.fold));
      const summary = `${baseName(path)} is edited by ${others.join(' and ')} too`;
      const troubles = found.get(fold.sessionId) ?? [];
      troubles.push({ kind: 'edit-conflict', summary, since });
      found.set(fold.sessionId, troubles);
    }
  }
  return found;
}

interface Edit {
  fold: SessionFold;
  path: string;
  at: string;
}

function titleOf(fold: SessionFold): string {
  const title = fold.title ?? fold.firstPrompt;
  return title === undefined ? 'another session' : quoted(title, 60);
}
