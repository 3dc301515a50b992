-- Full-text search. Each text of a session is one document, whoever tells it: see packages/core/src/search/pieces.ts.
-- The words themselves are in tables `search_words_<part>`, which store/search/search-index.ts makes: without their content,
-- since a snippet is made from the event or entry that the text came from.

CREATE TABLE search_docs (
  -- Milliseconds since 1970 × 4, and above that what is free: the newest has the highest id, and a range of time is one of ids.
  id INTEGER PRIMARY KEY,
  part INTEGER NOT NULL,
  session INTEGER NOT NULL,
  -- Hash of kind and identity: what is the same text of the same session.
  key INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  tool INTEGER,
  -- Who tells it: an event, the event at the end of a turn, a transcript's entry.
  event INTEGER,
  stop INTEGER,
  entry INTEGER,
  -- Which of the three the indexed text is from, and which of its texts.
  source INTEGER NOT NULL,
  slot INTEGER NOT NULL
);
CREATE INDEX search_docs_by_key ON search_docs (session, key);

-- New documents go to the last part, so that what an unlucky search reads has an end.
CREATE TABLE search_parts (
  no INTEGER PRIMARY KEY,
  docs INTEGER NOT NULL,
  min_id INTEGER NOT NULL,
  max_id INTEGER NOT NULL
);

CREATE TABLE search_tools (
  no INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

-- `events` and `entries`: what is indexed, up to this seq. `version`: of packages/core/src/search/indexed-text.ts.
CREATE TABLE search_state (
  key TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO search_state (key, value) VALUES ('events', 0), ('entries', 0), ('version', 0);

-- Sessions whose texts were taken out because part of them goes. What is left of them then is put in again.
CREATE TABLE search_taken_out (
  session INTEGER PRIMARY KEY
);

-- The newest entries may be deleted, and their numbers are used again.
CREATE TRIGGER search_entry_again AFTER INSERT ON transcript_entries
WHEN new.seq <= (SELECT value FROM search_state WHERE key = 'entries')
BEGIN
  UPDATE search_state SET value = new.seq - 1 WHERE key = 'entries';
END;
