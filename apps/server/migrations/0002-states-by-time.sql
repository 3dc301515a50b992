-- What time alone changes in a session is written again when it is due; see store/sessions/projection.ts.
-- `look_at`: state and group are as written until then, null for ever. `is_watched`: its process runs on this machine.
ALTER TABLE sessions ADD COLUMN look_at INTEGER;
ALTER TABLE sessions ADD COLUMN is_watched INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_by_look ON sessions (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX sessions_watched ON sessions (no) WHERE is_watched = 1;
-- `/clear` ends one session and starts another: found by their times.
CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;
