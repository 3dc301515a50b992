/** The path as people say it: relative to the working directory where it lies inside. */
export function shownPath(path: string, cwd: string | undefined): string {
  if (cwd === undefined || cwd.length < 2 || !path.startsWith(cwd)) return path;
  if (path.length === cwd.length) return '.';
  const next = path[cwd.length];
  return next === '/' || next === '\\' ? path.slice(cwd.length + 1) : path;
}

/** A long path by where it begins and how it ends, for a line of words: `packages/…/deep/Button.test.tsx`. */
export function briefPath(path: string, max = 64): string {
  if (path.length <= max) return path;
  const start = path.search(/(?<=[^/\\])[/\\]/) + 1;
  const parts = path.slice(start).split(/(?=[/\\])/);
  let end = parts.pop() ?? '';
  while (parts.length > 0 && start + 1 + (parts.at(-1)?.length ?? 0) + end.length <= max) end = parts.pop() + end;
  return parts.length === 0 ? path : `${path.slice(0, start)}…${end}`;
}

/** Last part of a path of either kind. */
export function baseName(path: string): string {
  const trimmed = path.replace(/[/\\]+$/, '');
  return trimmed.slice(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1);
}

/** Where the client puts the worktrees that it makes: `.claude/worktrees/<name>`. */
const worktree = /[/\\]\.claude[/\\]worktrees[/\\]([^/\\]+)/;

/** Name of the client's worktree that a path lies in. */
export function worktreeOf(path: string | undefined): string | undefined {
  return worktree.exec(path ?? '')?.[1];
}

/** Name of the project that a folder is: `/home/dev/shop/.claude/worktrees/fix` belongs to shop. */
export function projectName(folder: string | undefined): string {
  const path = folder ?? '';
  const at = path.search(worktree);
  return baseName(at > 0 ? path.slice(0, at) : path) || 'unknown';
}
