-- The telemetry that tells a text: words that nothing else tells are found by it.
ALTER TABLE search_docs ADD COLUMN otel INTEGER;

-- Sessions that tell a request of each other: one is a fork of the other, or both of a third. Both directions.
CREATE TABLE kin (
  session INTEGER NOT NULL,
  other INTEGER NOT NULL,
  PRIMARY KEY (session, other)
) WITHOUT ROWID;
INSERT OR IGNORE INTO kin (session, other)
SELECT mine.session, theirs.session
FROM said_sessions AS contested
  JOIN said_requests AS mine ON mine.session = contested.session
  JOIN said_requests AS theirs ON theirs.id = mine.id AND theirs.session <> mine.session
WHERE contested.is_contested = 1;
