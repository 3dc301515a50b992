import type { Database } from 'better-sqlite3';
import { isBefore, rankOf } from '../ledger/owners.ts';
import { isCopiedEntry } from '../ledger/rows.ts';
import type { SearchSources } from './sources.ts';

/** An entry that several sessions have: a fork copies what was said before it, uuids included. */
export interface CopiedEntry {
  /** The session in which it was said, and its entry there. */
  owner: EntryPlace;
  /** The others. */
  copies: EntryPlace[];
}

export interface EntryPlace {
  session: number;
  sessionId: string;
  seq: number;
}

export interface SearchCopies {
  /** Undefined where no other session has the entry. `known`: what one look has found, as copies are found together. */
  of(session: number, entry: number, known?: Map<string, CopiedEntry | undefined>): CopiedEntry | undefined;
  /** Whether anything of a session may be a copy, or be copied. */
  hasKin(session: number): boolean;
}

interface Copy extends EntryPlace {
  at: number;
  born: number;
}

/** Which entries of which sessions are the same, and whose they are: as the ledger decides it of requests. */
export function createSearchCopies(database: Database, { entryAt }: Pick<SearchSources, 'entryAt'>): SearchCopies {
  const kinOf = database.prepare<[number], number>('SELECT other FROM kin WHERE session = ?').pluck();
  const hasKin = database.prepare<[number], number>('SELECT 1 FROM kin WHERE session = ? LIMIT 1').pluck();
  const placeOf = database.prepare<[number], { agent: string; uuid: string | null; at: number | null }>(
    'SELECT agent, uuid, at FROM transcript_entries WHERE seq = ?',
  );
  const seqIn = database
    .prepare<[number, string, string], number>(
      'SELECT seq FROM transcript_entries WHERE session = ? AND agent = ? AND uuid = ?',
    )
    .pluck();
  // A session without a fold has no event: when it started is what its transcript says, and may be copied.
  const bornOf = database.prepare<[number], { id: string; born: number | null; firstEventAt: number | null }>(`
    SELECT id, born, iif(fold IS NULL, NULL, started_at) AS firstEventAt
    FROM sessions LEFT JOIN said_sessions ON session = no WHERE no = ?`);

  function copyOf(no: number, seq: number, at: number): Copy | undefined {
    const known = bornOf.get(no);
    if (!known) return undefined;
    const never = Number.POSITIVE_INFINITY;
    return {
      session: no,
      sessionId: known.id,
      seq,
      at,
      born: Math.min(known.born ?? never, known.firstEventAt ?? never),
    };
  }

  const isMarked = ({ session: no, seq }: Copy) => {
    const entry = entryAt(no, seq);
    return entry !== undefined && isCopiedEntry(entry) ? 1 : 0;
  };

  function ownerOf(all: readonly Copy[]): Copy | undefined {
    // Mostly it is plain who was there, without a look into the lines.
    const there = all.filter(({ at, born }) => !(at < born));
    const [only] = there;
    if (only && there.length === 1) return only;
    const ranked = all.map((copy) => ({ copy, rank: rankOf({ ...copy, isCopy: isMarked(copy) }) }));
    return ranked.reduce((a, b) => (isBefore(b.rank, a.rank) ? b : a)).copy;
  }

  function of(no: number, seq: number, known = new Map<string, CopiedEntry | undefined>()): CopiedEntry | undefined {
    const place = placeOf.get(seq);
    if (!place || place.uuid === null) return undefined;
    const key = `${place.agent} ${place.uuid}`;
    const copied = known.has(key) ? known.get(key) : lookFor(no, seq, { ...place, uuid: place.uuid });
    known.set(key, copied);
    return copied;
  }

  function lookFor(
    no: number,
    seq: number,
    { agent, uuid, at }: { agent: string; uuid: string; at: number | null },
  ): CopiedEntry | undefined {
    const others = kinOf.all(no).flatMap((other) => {
      const same = seqIn.get(other, agent, uuid);
      return same === undefined ? [] : (copyOf(other, same, at ?? 0) ?? []);
    });
    const own = others.length > 0 ? copyOf(no, seq, at ?? 0) : undefined;
    if (!own) return undefined;
    const all = [own, ...others];
    const owner = ownerOf(all) ?? own;
    return { owner, copies: all.filter((copy) => copy !== owner) };
  }

  return { of, hasKin: (no) => hasKin.get(no) !== undefined };
}
