import type { Fact } from '@telltale/core/analysis';
import type { KnownSession } from './known-sessions.ts';

/** The row of what has no project, user or machine: no name of one looks so. */
export const noName = '(none)';

/** What belongs to a session is put under its project, its user, its machine or itself; nothing for what is put by something else. */
export function sessionKey(
  by: string,
  { id, app, user, host, provider, title }: KnownSession,
): Pick<Fact, 'key' | 'label'> | undefined {
  if (by === 'project') return app === undefined ? { key: noName, label: 'no project' } : { key: app };
  if (by === 'user') return user === undefined ? { key: noName, label: 'no user told' } : { key: user };
  if (by === 'machine') return host === undefined ? { key: noName, label: 'no machine told' } : { key: host };
  if (by === 'provider') return { key: provider };
  if (by === 'session') return { key: id, label: title ?? id };
  return undefined;
}
