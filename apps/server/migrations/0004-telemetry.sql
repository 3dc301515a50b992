-- Notes of the client on hooks and plugins are kept for days only (store/retention/prune.ts).
CREATE INDEX event_log_of_telemetry ON event_log (name, at) WHERE source = 'otel';

-- Few among many: what fires is asked for all the time.
CREATE INDEX event_log_of_alerts ON event_log (at) WHERE source = 'alert';

-- What Claude Code exports beside its events. Times are nanoseconds since 1970 here: they are parts of keys.
-- The session is told by its id: telemetry alone makes no session.

CREATE TABLE metric_series (
  no INTEGER PRIMARY KEY,
  -- Hash of name, kind, temporality and attributes.
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- cumulative, delta or none
  temporality TEXT NOT NULL,
  is_monotonic INTEGER NOT NULL,
  session_id TEXT,
  attributes TEXT NOT NULL,
  resource TEXT NOT NULL
);
CREATE INDEX metric_series_by_session ON metric_series (session_id) WHERE session_id IS NOT NULL;

-- `slot`: 0 for a cumulative series, whose latest point replaces the one before; else the point's own time.
CREATE TABLE metric_points (
  series INTEGER NOT NULL,
  start INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  time INTEGER NOT NULL,
  value REAL,
  -- A histogram or summary, as JSON.
  data TEXT,
  PRIMARY KEY (series, start, slot)
) WITHOUT ROWID;

CREATE TABLE spans (
  trace_id TEXT NOT NULL,
  span_id TEXT NOT NULL,
  parent_span_id TEXT,
  name TEXT NOT NULL,
  start INTEGER NOT NULL,
  end INTEGER NOT NULL,
  status INTEGER NOT NULL,
  session_id TEXT,
  attributes TEXT NOT NULL,
  PRIMARY KEY (trace_id, span_id)
) WITHOUT ROWID;
CREATE INDEX spans_by_session ON spans (session_id, start) WHERE session_id IS NOT NULL;
