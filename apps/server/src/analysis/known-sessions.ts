import type { Database } from 'better-sqlite3';

export interface KnownSession {
  no: number;
  id: string;
  app?: string | undefined;
  title?: string | undefined;
  user?: string | undefined;
}

export type KnownSessions = (no: number) => KnownSession;

interface Row {
  id: string;
  app: string | null;
  title: string | null;
  user: string | null;
}

/** Who a session is, asked for once in an analysis. */
export function createKnownSessions(database: Database): KnownSessions {
  const one = database.prepare<[number], Row>('SELECT id, app, title, user FROM sessions WHERE no = ?');
  const known = new Map<number, KnownSession>();
  return (no) => {
    let session = known.get(no);
    if (!session) {
      const { id = '', app = null, title = null, user = null } = one.get(no) ?? {};
      session = { no, id, app: app ?? undefined, title: title ?? undefined, user: user ?? undefined };
      known.set(no, session);
    }
    return session;
  };
}
