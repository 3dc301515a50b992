-- Times are milliseconds since 1970 (UTC). Integers stand for what repeats in every row: a session, an origin.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- The projection of a session. Rows come into being with a session's first record; what the fold says is
-- written behind, see store/sessions/projection.ts. `started_at` is null while nothing makes it a session.
CREATE TABLE sessions (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  app TEXT,
  title TEXT,
  branch TEXT,
  user TEXT,
  model TEXT,
  labels TEXT,
  state TEXT,
  group_name TEXT,
  started_at INTEGER,
  ended_at INTEGER,
  last_event_at INTEGER,
  last_seq INTEGER NOT NULL DEFAULT 0,
  -- Comma separated: how the hooks were installed that sent events.
  installs TEXT NOT NULL DEFAULT '',
  installed_twice INTEGER NOT NULL DEFAULT 0,
  fold TEXT,
  fold_version INTEGER NOT NULL DEFAULT 0,
  -- What the transcript alone tells, as JSON.
  transcript TEXT
);
CREATE INDEX sessions_by_last ON sessions (last_event_at, no) WHERE last_event_at IS NOT NULL;

CREATE TABLE origins (
  no INTEGER PRIMARY KEY,
  json TEXT NOT NULL UNIQUE
);

-- The newest events as they came: no index, so that an append dirties few pages. Every seq here is above
-- every seq in event_log, where a background job moves the oldest (store/compress.ts).
CREATE TABLE fresh_events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  session INTEGER,
  prompt_id TEXT,
  tool_use_id TEXT,
  agent_id TEXT,
  agent_type TEXT,
  app TEXT NOT NULL,
  tool_name TEXT,
  outcome TEXT,
  model TEXT,
  duration_ms REAL,
  summary TEXT NOT NULL,
  origin INTEGER,
  masked INTEGER,
  payload_bytes INTEGER NOT NULL,
  payload BLOB NOT NULL
);

-- Settled events: indexed, with the place of their compressed payload and search text.
CREATE TABLE event_log (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  session INTEGER,
  prompt_id TEXT,
  tool_use_id TEXT,
  agent_id TEXT,
  agent_type TEXT,
  app TEXT NOT NULL,
  tool_name TEXT,
  outcome TEXT,
  model TEXT,
  duration_ms REAL,
  summary TEXT NOT NULL,
  origin INTEGER,
  masked INTEGER,
  payload_bytes INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  slot INTEGER NOT NULL
);
CREATE INDEX event_log_by_session ON event_log (session, seq) WHERE session IS NOT NULL;
CREATE INDEX event_log_by_at ON event_log (at);

-- Payloads and search texts of events of one session, joined by NUL, which no JSON text can hold, and compressed.
CREATE TABLE batches (
  no INTEGER PRIMARY KEY,
  search_texts BLOB NOT NULL,
  payloads BLOB NOT NULL
);

-- The same event from a second install of the hooks: its id, so that a re-send is known, and what it equals.
CREATE TABLE twins (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  install TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX twins_by_seq ON twins (seq);

CREATE TABLE tombstones (
  session_id TEXT PRIMARY KEY,
  deleted_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE dead_letters (
  no INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  road TEXT NOT NULL,
  reason TEXT NOT NULL,
  text TEXT NOT NULL
);

CREATE TABLE facets (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, value)
) WITHOUT ROWID;

-- One row per transcript file; the main transcript has the empty agent.
CREATE TABLE transcript_files (
  session INTEGER NOT NULL,
  agent TEXT NOT NULL,
  generation INTEGER NOT NULL,
  head TEXT,
  offset INTEGER NOT NULL,
  size INTEGER NOT NULL,
  meta TEXT,
  PRIMARY KEY (session, agent)
) WITHOUT ROWID;

CREATE TABLE transcript_entries (
  seq INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  agent TEXT NOT NULL,
  uuid TEXT,
  generation INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  type TEXT NOT NULL,
  at INTEGER,
  chunk INTEGER NOT NULL,
  slot INTEGER NOT NULL
);
CREATE UNIQUE INDEX transcript_entries_by_uuid ON transcript_entries (session, agent, uuid) WHERE uuid IS NOT NULL;
CREATE UNIQUE INDEX transcript_entries_by_offset ON transcript_entries (session, agent, generation, offset) WHERE uuid IS NULL;
CREATE INDEX transcript_entries_by_session ON transcript_entries (session, seq);

-- The lines themselves, joined by NUL; deflated later.
CREATE TABLE transcript_chunks (
  no INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  codec INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE INDEX transcript_chunks_by_session ON transcript_chunks (session);
CREATE INDEX transcript_chunks_raw ON transcript_chunks (no) WHERE codec = 0;

CREATE VIEW settled_rows AS
SELECT
  log.*, owner.id AS session_id,
  settled_search_text(log.batch, log.slot) AS search_text
FROM event_log AS log LEFT JOIN sessions AS owner ON owner.no = log.session;

CREATE VIEW fresh_rows AS
SELECT
  log.*, owner.id AS session_id,
  fresh_search_text(log.payload, log.name, log.summary, log.tool_name, log.agent_type) AS search_text
FROM fresh_events AS log LEFT JOIN sessions AS owner ON owner.no = log.session;

-- Both, under the names that packages/core filter/sql.ts uses.
CREATE VIEW events AS
SELECT
  seq, id, at, source, name, session, session_id, prompt_id, tool_use_id, agent_id, agent_type, app, tool_name, outcome,
  model, duration_ms, summary, origin, masked, payload_bytes, search_text
FROM settled_rows
UNION ALL
SELECT
  seq, id, at, source, name, session, session_id, prompt_id, tool_use_id, agent_id, agent_type, app, tool_name, outcome,
  model, duration_ms, summary, origin, masked, payload_bytes, search_text
FROM fresh_rows;
