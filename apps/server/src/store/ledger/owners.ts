import type { Database } from 'better-sqlite3';

/**
 * Whose a request is that several transcripts tell: a fork copies the rows of another session, request ids included, and
 * today's client does not mark them. Not the copy that says so; not a session that was not there yet when the request
 * was made; else the older session, else the smaller id. What arrives first decides nothing.
 */
export interface LedgerOwners {
  /** Decides each request that the session shares, inside a transaction; the numbers of the other sessions it changed. */
  settle(no: number): number[];
}

export interface OwnersDeps {
  /** When the first event of a session was (ms); undefined where it has none. */
  firstEventAt(sessionId: string): number | undefined;
  /** It was deleted with the session that it was made in. */
  isDeleted(requestId: string): boolean;
}

interface Claim {
  session: number;
  sessionId: string;
  at: number;
  isCopy: number;
  isOwner: number;
  born: number | null;
}

export function createLedgerOwners(database: Database, { firstEventAt, isDeleted }: OwnersDeps): LedgerOwners {
  const isContested = database
    .prepare<[number], number>('SELECT is_contested FROM said_sessions WHERE session = ?')
    .pluck();
  const shared = database
    .prepare<[number], string>(`
      SELECT id FROM said_requests AS mine WHERE session = ?
        AND EXISTS (SELECT 1 FROM said_requests AS other WHERE other.id = mine.id AND other.session <> mine.session)`)
    .pluck();
  const claims = database.prepare<[string], Claim>(`
    SELECT said.session, sessions.id AS sessionId, said.at, said.is_copy AS isCopy, said.is_owner AS isOwner, born
    FROM said_requests AS said JOIN sessions ON sessions.no = said.session
      LEFT JOIN said_sessions ON said_sessions.session = said.session
    WHERE said.id = ?`);
  const putOwner = database.prepare('UPDATE said_requests SET is_owner = ? WHERE id = ? AND session = ?');

  function bornOf({ born, sessionId }: Claim): number {
    return Math.min(born ?? Number.POSITIVE_INFINITY, firstEventAt(sessionId) ?? Number.POSITIVE_INFINITY);
  }

  const rank = (claim: Claim) => rankOf({ ...claim, born: bornOf(claim) });

  return {
    settle(no) {
      const changed = new Set<number>();
      if (isContested.get(no) !== 1) return [];
      for (const id of shared.all(no)) {
        const rivals = claims.all(id);
        const best = isDeleted(id) ? undefined : rivals.reduce((a, b) => (isBefore(rank(b), rank(a)) ? b : a));
        for (const rival of rivals) {
          const isOwner = rival === best ? 1 : 0;
          if (isOwner === rival.isOwner) continue;
          putOwner.run(isOwner, id, rival.session);
          changed.add(rival.session);
        }
      }
      changed.delete(no);
      return [...changed];
    },
  };
}

/** Smaller is better. Where nobody knows when the session began (then `born` is infinite), it may have been there. */
export function rankOf({ isCopy, at, born, sessionId }: Pick<Claim, 'isCopy' | 'at' | 'sessionId'> & { born: number }) {
  const isKnown = Number.isFinite(born);
  return [isCopy, isKnown && at < born ? 1 : 0, isKnown ? born : 0, sessionId] as const;
}

export function isBefore(a: readonly (number | string)[], b: readonly (number | string)[]): boolean {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}
