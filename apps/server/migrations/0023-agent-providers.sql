-- Which agent ran a session, for filters and totals; before this there was one.
ALTER TABLE sessions ADD COLUMN provider TEXT NOT NULL DEFAULT 'claude-code';
