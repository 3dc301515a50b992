import { basename, dirname, join, resolve } from 'node:path';
import { read } from './spool.mjs';

/**
 * The project's name: a worktree counts as its main repository.
 * @param {string} project
 */
export function appName(project) {
  if (process.env.TELLTALE_APP) return process.env.TELLTALE_APP;
  const [, gitdir] = /^gitdir: (.*)[/\\]worktrees[/\\]/.exec(read(join(project, '.git')) ?? '') ?? [];
  if (gitdir === undefined) return basename(resolve(project));
  const repository = resolve(project, gitdir);
  return basename(basename(repository).startsWith('.') ? dirname(repository) : repository).replace(/\.git$/, '');
}
