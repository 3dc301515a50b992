-- Tool calls as analyses count them, put together from events in the background (store/calls/rollup.ts), a hundred to
-- a row. Whatever is not here yet is read from the events themselves, so answers never wait for this.
CREATE TABLE call_pages (
  no INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  -- settled: over, for good; open: as of the session's last fold, made anew by the next; final: its events are gone
  kind TEXT NOT NULL,
  -- When the first and the last of its calls began.
  min_at INTEGER NOT NULL,
  max_at INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  -- See packages/core/src/analysis/call-pages.ts. Words go with the events.
  numbers TEXT NOT NULL,
  words TEXT
);
CREATE INDEX call_pages_by_session ON call_pages (session, kind);
CREATE INDEX call_pages_by_time ON call_pages (max_at);

-- How far each session is. `is_late`: an event came from before the horizon; its calls are put together anew.
CREATE TABLE call_folds (
  session INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  horizon INTEGER,
  -- JSON: events that what comes next may belong to.
  carried TEXT NOT NULL,
  is_late INTEGER NOT NULL DEFAULT 0,
  -- When its first event was (ms): what its transcript tells of the time before is told by nothing else.
  first_at INTEGER
);
CREATE INDEX call_folds_late ON call_folds (session) WHERE is_late = 1;

-- Steps of agents by session and quarter of an hour (ms): hook events, as far as `call_folds` is.
CREATE TABLE step_counts (
  session INTEGER NOT NULL,
  at INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  PRIMARY KEY (session, at)
) WITHOUT ROWID;

-- Calls as transcripts tell them, of the time before a session's first event.
CREATE TABLE said_calls (
  session INTEGER NOT NULL,
  id TEXT NOT NULL,
  -- Null until the row that made the call is read.
  at INTEGER,
  tool TEXT,
  agent TEXT,
  -- The API request that it is part of: a fork copies it, and it counts where the request does.
  request TEXT,
  is_copy INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER,
  state TEXT,
  words TEXT,
  error_line TEXT,
  PRIMARY KEY (session, id)
) WITHOUT ROWID;
-- Rows of transcripts that agents made, by quarter of an hour, of the same sessions.
CREATE TABLE said_steps (
  session INTEGER NOT NULL,
  at INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  PRIMARY KEY (session, at)
) WITHOUT ROWID;

-- `events`, `entries`: looked at up to this seq. `version`: of what is kept.
CREATE TABLE call_state (
  key TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO call_state (key, value) VALUES ('events', 0), ('entries', 0), ('version', 0);

-- The newest entries may be deleted, and their numbers are used again.
CREATE TRIGGER call_entry_again AFTER INSERT ON transcript_entries
WHEN new.seq <= (SELECT value FROM call_state WHERE key = 'entries')
BEGIN
  UPDATE call_state SET value = new.seq - 1 WHERE key = 'entries';
END;
