-- Events of no session: found by age, and whether one of their batches is used still (store/retention/sessionless.ts).
-- They are few beside those of sessions.
CREATE INDEX event_log_of_none ON event_log (at) WHERE session IS NULL;
CREATE INDEX event_log_batches_of_none ON event_log (batch, at) WHERE session IS NULL;
