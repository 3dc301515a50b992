import { usualProvider } from '@telltale/core/agent-provider';
import type { Database } from 'better-sqlite3';

export interface KnownSession {
  no: number;
  id: string;
  app?: string | undefined;
  title?: string | undefined;
  user?: string | undefined;
  host?: string | undefined;
  provider: string;
}

export type KnownSessions = (no: number) => KnownSession;

interface Row {
  id: string;
  app: string | null;
  title: string | null;
  user: string | null;
  host: string | null;
  provider: string;
}

/** Who a session is, asked for once in an analysis. */
export function createKnownSessions(database: Database): KnownSessions {
  const one = database.prepare<[number], Row>('SELECT id, app, title, user, host, provider FROM sessions WHERE no = ?');
  const known = new Map<number, KnownSession>();
  return (no) => {
    let session = known.get(no);
    if (!session) {
      const {
        id = '',
        app = null,
        title = null,
        user = null,
        host = null,
        provider = usualProvider,
      } = one.get(no) ?? {};
      const told = { app: app ?? undefined, title: title ?? undefined, user: user ?? undefined };
      session = { no, id, ...told, host: host ?? undefined, provider };
      known.set(no, session);
    }
    return session;
  };
}
