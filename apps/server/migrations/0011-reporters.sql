-- The machine that a session ran on, beside its user: who reports, and who has fallen silent, is asked every few seconds.
ALTER TABLE sessions ADD COLUMN host TEXT;
UPDATE sessions SET host = fold ->> 'host' WHERE fold IS NOT NULL;

CREATE INDEX sessions_by_reporter ON sessions (last_event_at, host, user) WHERE last_event_at IS NOT NULL;
