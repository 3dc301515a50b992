import type { AuditAction, AuditEntry, TokenScope } from '@telltale/core/access-view';
import { present } from '@telltale/core/present';
import type { Database } from 'better-sqlite3';
import type { GroupCommit } from './group-commit.ts';
import type { Page } from './queries.ts';

/** A token as it is kept: its hash, never itself. Times are ms. */
export interface StoredToken {
  id: string;
  name: string;
  scope: TokenScope;
  hash: Buffer;
  createdAt: number;
  lastUsedAt?: number;
  expiresAt?: number;
  /** Who `user:me` is to its bearer. */
  user?: string;
  /** One that opens one browser only: by when that has to come, and when it came. */
  device?: { until: number; pairedAt?: number };
}

/** A browser that was signed in. */
export interface StoredSignIn {
  hash: Buffer;
  tokenId: string;
  createdAt: number;
  expiresAt: number;
}

export interface NewAuditEntry {
  /** ms */
  at: number;
  action: AuditAction;
  who: string;
  tokenId?: string;
  address: string;
  sessionId?: string;
  detail?: string;
}

export interface AuditQuery {
  limit: number;
  /** Only entries before this number. */
  before?: number;
  sessionId?: string;
}

/** Who may come in, and who looked at what. What is asked for each request is kept in memory by `access/`. */
export interface AccessRows {
  /** Those that are not revoked, the oldest first. */
  tokens(): StoredToken[];
  addToken(token: StoredToken): Promise<void>;
  /** With all that was signed in by it. */
  revokeToken(id: string): Promise<void>;
  used(times: ReadonlyMap<string, number>): Promise<void>;
  signIns(): StoredSignIn[];
  /** `pairs`: the one browser that its token opens is this one, from now on. */
  addSignIn(signIn: StoredSignIn, pairs?: boolean): Promise<void>;
  removeSignIns(hashes: readonly Buffer[]): Promise<void>;
  addAudit(entries: readonly NewAuditEntry[]): Promise<void>;
  /** The newest first. */
  audit(query: AuditQuery): Page<AuditEntry, number>;
  /** Forgets what was before a time, and the oldest above a count. */
  pruneAudit(before: number, maxEntries: number): Promise<void>;
}

interface TokenRow {
  id: string;
  name: string;
  scope: TokenScope;
  hash: Buffer;
  created_at: number;
  last_used_at: number | null;
  expires_at: number | null;
  user: string | null;
  pair_until: number | null;
  paired_at: number | null;
}

interface AuditRow {
  no: number;
  at: number;
  action: AuditAction;
  who: string;
  token: string | null;
  address: string;
  session: string | null;
  detail: string | null;
}

export function createAccessRows(database: Database, commits: Pick<GroupCommit, 'run'>): AccessRows {
  const tokens = database.prepare<[], TokenRow>(
    `SELECT id, name, scope, hash, created_at, last_used_at, expires_at, user, pair_until, paired_at FROM access_tokens
     WHERE hash IS NOT NULL ORDER BY created_at, rowid`,
  );
  const addToken = database.prepare(
    'INSERT INTO access_tokens (id, name, scope, hash, created_at, expires_at, user, pair_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const pair = database.prepare('UPDATE access_tokens SET paired_at = ? WHERE id = ?');
  const revoke = database.prepare('UPDATE access_tokens SET hash = NULL WHERE id = ?');
  const signOut = database.prepare('DELETE FROM access_sign_ins WHERE token = ?');
  const used = database.prepare('UPDATE access_tokens SET last_used_at = ? WHERE id = ?');
  const signIns = database.prepare<[], StoredSignIn>(
    'SELECT hash, token AS tokenId, created_at AS createdAt, expires_at AS expiresAt FROM access_sign_ins',
  );
  const addSignIn = database.prepare(
    'INSERT INTO access_sign_ins (hash, token, created_at, expires_at) VALUES (?, ?, ?, ?)',
  );
  const removeSignIn = database.prepare('DELETE FROM access_sign_ins WHERE hash = ?');
  const addAudit = database.prepare(
    'INSERT INTO audit_log (at, action, who, token, address, session, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const pruneByAge = database.prepare('DELETE FROM audit_log WHERE at < ?');
  const pruneByCount = database.prepare('DELETE FROM audit_log WHERE no <= (SELECT max(no) FROM audit_log) - ?');

  return {
    tokens: () => tokens.all().map(tokenOf),
    addToken: ({ id, name, scope, hash, createdAt, expiresAt = null, user = null, device }) =>
      commits.run(() => void addToken.run(id, name, scope, hash, createdAt, expiresAt, user, device?.until ?? null)),
    revokeToken: (id) =>
      commits.run(() => {
        revoke.run(id);
        signOut.run(id);
      }),
    used: (times) =>
      commits.run(() => {
        for (const [id, at] of times) used.run(at, id);
      }),
    signIns: () => signIns.all(),
    addSignIn: ({ hash, tokenId, createdAt, expiresAt }, pairs = false) =>
      commits.run(() => {
        addSignIn.run(hash, tokenId, createdAt, expiresAt);
        if (pairs) pair.run(createdAt, tokenId);
      }),
    removeSignIns: (hashes) =>
      commits.run(() => {
        for (const hash of hashes) removeSignIn.run(hash);
      }),
    addAudit: (entries) =>
      commits.run(() => {
        for (const { at, action, who, tokenId = null, address, sessionId = null, detail = null } of entries) {
          addAudit.run(at, action, who, tokenId, address, sessionId, detail);
        }
      }),
    audit({ limit, before = Number.MAX_SAFE_INTEGER, sessionId }) {
      const ofSession = sessionId === undefined ? [] : [sessionId];
      const rows = database
        .prepare<unknown[], AuditRow>(
          `SELECT no, at, action, who, token, address, session, detail FROM audit_log
           WHERE no < ? ${sessionId === undefined ? '' : 'AND session = ?'} ORDER BY no DESC LIMIT ?`,
        )
        .all(before, ...ofSession, limit + 1);
      const items = rows.slice(0, limit).map(entryOf);
      return { items, next: rows.length > limit ? (items.at(-1)?.no ?? null) : null };
    },
    pruneAudit: (before, maxEntries) =>
      commits.run(() => {
        pruneByAge.run(before);
        pruneByCount.run(maxEntries);
      }),
  };
}

function tokenOf({ id, name, scope, hash, user, ...times }: TokenRow): StoredToken {
  const { created_at: createdAt, last_used_at, expires_at, pair_until: until, paired_at } = times;
  return {
    ...{ id, name, scope, hash, createdAt },
    ...present({ lastUsedAt: last_used_at ?? undefined, expiresAt: expires_at ?? undefined, user: user ?? undefined }),
    ...(until !== null && { device: { until, ...present({ pairedAt: paired_at ?? undefined }) } }),
  };
}

function entryOf({ no, at, action, who, token, address, session, detail }: AuditRow): AuditEntry {
  const told = { tokenId: token ?? undefined, sessionId: session ?? undefined, detail: detail ?? undefined };
  return { no, at: new Date(at).toISOString(), action, who, from: address, ...present(told) };
}
