-- What the metrics of a session tell of it, as JSON: where nothing else makes it a session, they do.
ALTER TABLE sessions ADD COLUMN metered TEXT;
