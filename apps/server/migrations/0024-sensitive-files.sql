-- Which sensitive file a call touched (packages/core sensitive-path.ts): for the row's mark and `is:sensitive`, whether or
-- not there is an alert for it. Known of what is stored from now on.
ALTER TABLE fresh_events ADD COLUMN sensitive TEXT;
ALTER TABLE event_log ADD COLUMN sensitive TEXT;
CREATE INDEX event_log_of_sensitive ON event_log (session) WHERE sensitive IS NOT NULL;

-- With what is new; otherwise as before.
DROP VIEW events;
CREATE VIEW events AS
SELECT
  seq, id, at, source, name, session, session_id, prompt_id, tool_use_id, agent_id, agent_type, app, tool_name, outcome,
  model, duration_ms, summary, origin, masked, payload_bytes, search_text, sensitive
FROM settled_rows
UNION ALL
SELECT
  seq, id, at, source, name, session, session_id, prompt_id, tool_use_id, agent_id, agent_type, app, tool_name, outcome,
  model, duration_ms, summary, origin, masked, payload_bytes, search_text, sensitive
FROM fresh_rows;
