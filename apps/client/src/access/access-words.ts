import type { AuditAction, AuditEntry, TokenScope } from '@telltale/core/access-view';

export const scopeWords: Record<TokenScope, string> = {
  ingest: 'sends, reads nothing',
  numbers: 'reads counts, costs, states, times and names; no words',
  viewer: 'reads everything, changes nothing',
  admin: 'may do everything',
};

export const deviceWords = { open: 'link not opened yet', paired: 'one device' } as const;

const deeds: Record<AuditAction, string> = {
  looked: 'looked at',
  watched: 'watched live',
  searched: 'searched',
  exported: 'exported',
  annotated: 'annotated',
  deleted: 'deleted',
  imported: 'started an import',
  pruned: 'freed space',
  'signed-in': 'signed in',
  'signed-out': 'signed out',
  'token-created': 'made the token',
  'token-revoked': 'revoked the token',
  refused: 'was refused',
};

/** What was done; the session stands beside it as a link. */
export function deedOf({ action, sessionId, detail }: AuditEntry): string {
  const what = action === 'looked' && sessionId === undefined ? 'looked at events' : deeds[action];
  if (detail === undefined) return what;
  return action === 'exported' ? `${what} as ${detail}` : `${what} ${detail}`;
}

/** `offline`: by the command, while no service ran. */
export function whereFrom({ from }: AuditEntry): string {
  return from === 'offline' ? 'while no service ran' : `from ${from}`;
}

/** What was done the same way within a minute is one line that says how often. */
export function auditLines(entries: readonly AuditEntry[]): { entry: AuditEntry; times: number }[] {
  const lines: { entry: AuditEntry; times: number }[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last && sameDeed(last.entry) === sameDeed(entry)) last.times++;
    else lines.push({ entry, times: 1 });
  }
  return lines;
}

const sameDeed = ({ at, action, who, from, sessionId, detail }: AuditEntry) =>
  JSON.stringify([at.slice(0, 'yyyy-mm-ddThh:mm'.length), action, who, from, sessionId, detail]);
