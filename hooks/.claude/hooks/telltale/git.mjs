import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { read } from './spool.mjs';

/**
 * What git.sh does, for hook.mjs: the repository without scheme, user or password, and what is checked out.
 * @param {string} project
 * @returns {{ repo: string | undefined, commit: string | undefined }}
 */
export function gitFacts(project) {
  let folder = resolve(project);
  while (!existsSync(join(folder, '.git')) && dirname(folder) !== folder) folder = dirname(folder);
  const [, told] = /^gitdir: (.*)/.exec(read(join(folder, '.git')) ?? '') ?? [];
  // A worktree or a submodule names its folder.
  const git = told === undefined ? join(folder, '.git') : resolve(folder, told);
  const shared = read(join(git, 'commondir'))?.trim();
  const common = shared === undefined ? git : resolve(git, shared);
  const origin = /^\[remote "origin"\]\s*\n((?:\s*[^[\s].*\n?)*)/m.exec(read(join(common, 'config')) ?? '')?.[1];
  return { repo: repoOf(/^\s*url\s*=\s*(.*)$/m.exec(origin ?? '')?.[1] ?? ''), commit: commitOf(git, common) };
}

/** @param {string} remote */
function repoOf(remote) {
  const url = remote.trim().replace(/[?#].*$/s, '');
  if (/^(file:\/\/|[/.~]|[a-z]:[/\\])/i.test(url)) return undefined; // a folder of this machine
  const [, host, path] =
    /^\w[\w+.-]*:\/\/(?:[^/]*@)?([^/:]+)(?::\d*)?\/(.*)$/.exec(url) ?? /^(?:.*@)?([^/:@]+):(.*)$/.exec(url) ?? [];
  return host && path ? `${host}/${path}`.replace(/\/$/, '').replace(/\.git$/, '') : undefined;
}

/**
 * @param {string} git
 * @param {string} common
 */
function commitOf(git, common) {
  const head = read(join(git, 'HEAD'))?.trim() ?? '';
  const [, ref] = /^ref: (.*)$/.exec(head) ?? [];
  if (ref === undefined) return hashOf(head);
  const packed = (read(join(common, 'packed-refs')) ?? '').split('\n').find((line) => line.endsWith(` ${ref}`));
  return hashOf(read(join(git, ref)) ?? read(join(common, ref)) ?? packed?.split(' ')[0] ?? '');
}

/** @param {string} text */
function hashOf(text) {
  return /^[0-9a-f]{7,64}$/.exec(text.trim())?.[0];
}
