-- The session whose status line told it: it goes with that session, and what the demo told alarms nobody.
ALTER TABLE quota_points ADD COLUMN session_id TEXT;
CREATE INDEX quota_points_by_session ON quota_points (session_id) WHERE session_id IS NOT NULL;
