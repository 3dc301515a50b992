-- What events and transcripts say of a session's requests is compared from indexes alone: the rows themselves lie by
-- id, so each is on another page.
DROP INDEX api_requests_by_session;
CREATE INDEX api_requests_by_session ON api_requests (
  session, at, id, has_id, model, client_version, cost_nanos, table_nanos, input, output, cache_read, cache_creation);
CREATE INDEX said_requests_side_by_side ON said_requests (
  session, id, at, is_owner, model, client_version, table_nanos, input, output, cache_read, cache_creation);
