import { join } from 'node:path';
import { createAccessRows } from '../store/access-rows.ts';
import { openDatabase } from '../store/open.ts';
import { createAudit } from './audit.ts';
import { createTokens } from './tokens.ts';

/**
 * The tokens of a service that does not run, for the command line: before it is opened to other machines for the first
 * time, or when the last token is lost. Throws one sentence while a service has the database.
 */
export function openTokens(home: string) {
  const { database, close } = openDatabase(join(home, 'telltale.db'));
  const rows = createAccessRows(database, { run: async (work) => database.transaction(work)() });
  const tokens = createTokens({ rows, now: Date.now });
  // Where the log cannot be written, neither can the token, and that is told.
  const audit = createAudit({ rows, now: Date.now, days: Number.POSITIVE_INFINITY, onProblem: () => {} });
  const visitor = { name: 'local', scope: 'admin', address: 'offline' } as const;
  return {
    list: tokens.list,
    create: async (asked: Parameters<typeof tokens.create>[0]) => {
      const made = await tokens.create(asked);
      if ('token' in made) audit.note({ visitor, action: 'token-created', detail: `${made.name} (${made.scope})` });
      return made;
    },
    async revoke(id: string) {
      const revoked = await tokens.revoke(id);
      if (revoked) audit.note({ visitor, action: 'token-revoked', detail: `${revoked.name} (${revoked.scope})` });
      return revoked;
    },
    async close() {
      await Promise.all([tokens.stop(), audit.stop()]);
      close();
    },
  };
}

export type OfflineTokens = ReturnType<typeof openTokens>;
