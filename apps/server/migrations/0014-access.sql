-- Who may come in, where the service can be reached from other machines, and who looked at what (apps/server/src/access).

-- A token is kept as its SHA-256 only; a revoked one keeps its name for the audit log and loses its hash.
CREATE TABLE access_tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  -- ingest, numbers, viewer or admin
  scope TEXT NOT NULL,
  hash BLOB UNIQUE,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  expires_at INTEGER
) STRICT;

-- Browsers that were signed in with a token, by the SHA-256 of their cookie.
CREATE TABLE access_sign_ins (
  hash BLOB PRIMARY KEY,
  token TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_log (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  who TEXT NOT NULL,
  token TEXT,
  address TEXT NOT NULL,
  session TEXT,
  detail TEXT
) STRICT;
CREATE INDEX audit_by_session ON audit_log (session) WHERE session IS NOT NULL;
