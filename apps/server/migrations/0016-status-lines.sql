-- What the status line of a session's client told last (packages/core status-line-view.ts), as JSON. By the client's id:
-- it may come before anything that makes a session.
CREATE TABLE status_lines (
  session_id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  told TEXT NOT NULL
) WITHOUT ROWID;

-- Usage limits of a subscription, as status lines told them: whose, and of which window. Thinned, see store/quotas.ts.
CREATE TABLE quota_points (
  user TEXT NOT NULL,
  host TEXT NOT NULL,
  -- five_hour or seven_day
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  used_percent REAL NOT NULL,
  resets_at INTEGER,
  PRIMARY KEY (user, host, kind, at)
) WITHOUT ROWID;
CREATE INDEX quota_points_by_at ON quota_points (at);
