-- What people put on sessions and on things in them. The ids are the client's own, so that they hold when a transcript
-- is imported again. `target` is the same text for the same thing, empty for the session itself.
CREATE TABLE annotations (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session INTEGER NOT NULL,
  -- note, label, bookmark or pin
  kind TEXT NOT NULL,
  text TEXT,
  target TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  event_id TEXT,
  tool_use_id TEXT,
  prompt_id TEXT,
  agent_id TEXT,
  entry_uuid TEXT
);
CREATE INDEX annotations_by_session ON annotations (session, kind);
CREATE INDEX annotations_of_labels ON annotations (text COLLATE NOCASE) WHERE kind = 'label';

-- Beside `labels`, what lists and filters ask of them.
ALTER TABLE sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN notes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN bookmarks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN annotated_at INTEGER;

-- What age or size took of a session (store/retention/retention.ts): everything up to a `seq`. What is older than that and comes
-- again stays forgotten; what the session is known by stays, so that it goes on from there.
CREATE TABLE pruned (
  session INTEGER PRIMARY KEY,
  -- Tool results of events up to this seq.
  results_seq INTEGER NOT NULL DEFAULT 0,
  -- Transcript entries, those written until `entries_to` (ms), and what they told, as JSON.
  entries_seq INTEGER NOT NULL DEFAULT 0,
  entries_to INTEGER,
  transcript TEXT,
  -- Events, those until `events_to` (ms), and their fold, as JSON.
  events_seq INTEGER NOT NULL DEFAULT 0,
  events_to INTEGER,
  fold TEXT
);
