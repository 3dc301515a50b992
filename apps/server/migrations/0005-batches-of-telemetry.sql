-- Whether a batch of notes is used by any event still; without it each look would read thousands of rows (store/retention/prune.ts).
CREATE INDEX event_log_of_batches ON event_log (batch) WHERE source = 'otel';
