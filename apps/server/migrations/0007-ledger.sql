-- The ledger: what each API request cost, once per request. Money is in billionths of a dollar, so that sums are exact
-- in any order. See packages/core/src/ledger.ts for what is read, store/ledger/ledger.ts for how sessions' totals are made.

-- From `api_request` events.
CREATE TABLE api_requests (
  -- The API's request id; an event without one: its own id, and `has_id` is 0.
  id TEXT PRIMARY KEY,
  has_id INTEGER NOT NULL,
  session INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- As sent: a background subagent's events name the prompt that is current; the trace tells the right one.
  prompt_id TEXT,
  trace_id TEXT,
  agent_id TEXT,
  agent_type TEXT,
  query_source TEXT,
  -- Without the suffix that old clients add: `[1m]`.
  model TEXT NOT NULL,
  effort TEXT,
  speed TEXT,
  -- Where it was reckoned, where that has a price of its own.
  geo TEXT,
  client_version TEXT,
  cost_nanos INTEGER NOT NULL,
  -- What the price table says of the same tokens; null where it has no price.
  table_nanos INTEGER,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  -- Of them `cache_1h` live an hour.
  cache_creation INTEGER NOT NULL,
  cache_1h INTEGER NOT NULL,
  duration_ms REAL,
  ttft_ms REAL
) WITHOUT ROWID;
CREATE INDEX api_requests_by_session ON api_requests (session, at);
CREATE INDEX api_requests_by_at ON api_requests (at);

-- Which prompt a trace belongs to, from `user_prompt` events: the first one of the trace.
CREATE TABLE prompt_traces (
  trace_id TEXT PRIMARY KEY,
  session INTEGER NOT NULL,
  at INTEGER NOT NULL,
  prompt_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX prompt_traces_by_session ON prompt_traces (session);

-- The same requests as transcripts tell them, priced by table. A fork copies them into another session: one row each,
-- and `is_owner` says where the request is counted (store/ledger/owners.ts).
CREATE TABLE said_requests (
  id TEXT NOT NULL,
  session INTEGER NOT NULL,
  is_owner INTEGER NOT NULL,
  -- The entry says that it was copied.
  is_copy INTEGER NOT NULL,
  at INTEGER NOT NULL,
  prompt_id TEXT,
  agent_id TEXT,
  model TEXT NOT NULL,
  speed TEXT,
  geo TEXT,
  client_version TEXT,
  -- Null where the table has no price for the model.
  table_nanos INTEGER,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_creation INTEGER NOT NULL,
  cache_1h INTEGER NOT NULL,
  web_searches INTEGER NOT NULL,
  PRIMARY KEY (id, session)
) WITHOUT ROWID;
CREATE INDEX said_requests_by_session ON said_requests (session, at);
CREATE INDEX said_requests_by_at ON said_requests (at);

-- Of a session with a transcript: since when it is there, by entries that no fork copies; what is older in it was copied.
-- `is_contested`: another session has a request of the same id.
CREATE TABLE said_sessions (
  session INTEGER PRIMARY KEY,
  born INTEGER,
  is_contested INTEGER NOT NULL DEFAULT 0
);

-- What only the metric knows, per session and model: requests without an event. Made again when a session's numbers change.
CREATE TABLE unattributed (
  session INTEGER NOT NULL,
  model TEXT NOT NULL,
  at INTEGER NOT NULL,
  cost_nanos INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_creation INTEGER NOT NULL,
  PRIMARY KEY (session, model)
) WITHOUT ROWID;

-- Sums of metric points that are forgotten by age: a session's total stays (store/retention/prune.ts).
CREATE TABLE forgotten_points (
  session INTEGER NOT NULL,
  name TEXT NOT NULL,
  model TEXT NOT NULL,
  -- The metric's own `type`: input, output, cacheRead, added, cli, …
  type TEXT NOT NULL,
  -- In billionths of a dollar, else in millionths: whole numbers, so that sums are exact in any order.
  value REAL NOT NULL,
  PRIMARY KEY (session, name, model, type)
) WITHOUT ROWID;

-- A session's totals, as lists show and sort them.
CREATE TABLE session_totals (
  session INTEGER PRIMARY KEY,
  cost_nanos INTEGER NOT NULL,
  -- Of it: by the price table, from the transcript alone.
  estimated_nanos INTEGER NOT NULL,
  -- Of it: what only the metric knows.
  unattributed_nanos INTEGER NOT NULL,
  -- events, transcript or none
  cost_source TEXT NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_creation INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  -- Requests of models without a price, which are in no total.
  unpriced INTEGER NOT NULL,
  -- From metrics; null where there are none.
  lines_added INTEGER,
  lines_removed INTEGER,
  commits INTEGER,
  pull_requests INTEGER,
  active_user_s REAL,
  active_cli_s REAL,
  -- The newest request of the main agent: context size, and what the cache holds until when.
  last_request TEXT
);

-- Sessions whose totals are to be made anew: written with what changed them, so that a crash forgets none.
-- By the session's id: points may come before anything makes the session.
CREATE TABLE stale_totals (
  session_id TEXT PRIMARY KEY
) WITHOUT ROWID;

-- What only transcripts tell: requests of no event. Not every provider tells an id to telemetry; such a request is known
-- by its tokens.
CREATE VIEW said_alone AS
SELECT said.* FROM said_requests AS said
WHERE is_owner = 1 AND NOT EXISTS (SELECT 1 FROM api_requests AS known WHERE known.id = said.id)
  AND NOT EXISTS (
    SELECT 1 FROM api_requests AS same
    WHERE same.session = said.session AND same.at BETWEEN said.at - 600000 AND said.at + 600000 AND same.has_id = 0
      AND same.input = said.input AND same.output = said.output AND same.cache_read = said.cache_read
      AND same.cache_creation = said.cache_creation);

-- Every counted request, and what no request explains: the one place that sums of money and tokens are taken from.
-- `kind`: request (from its event), estimated (from the transcript, by table), unattributed (from the metric alone).
CREATE VIEW spend AS
SELECT
  'request' AS kind, r.id, r.session, r.at, coalesce(t.prompt_id, r.prompt_id) AS prompt_id, r.agent_id, r.agent_type,
  r.query_source, r.model, r.effort, r.speed, r.client_version, r.cost_nanos, r.table_nanos, r.input, r.output,
  r.cache_read, r.cache_creation, r.cache_1h, r.duration_ms, r.ttft_ms
FROM api_requests AS r LEFT JOIN prompt_traces AS t ON t.trace_id = r.trace_id
UNION ALL
SELECT
  'estimated', s.id, s.session, s.at, s.prompt_id, s.agent_id, NULL,
  NULL, s.model, NULL, s.speed, s.client_version, coalesce(s.table_nanos, 0), s.table_nanos, s.input, s.output,
  s.cache_read, s.cache_creation, s.cache_1h, NULL, NULL
FROM said_alone AS s
UNION ALL
SELECT
  'unattributed', NULL, u.session, u.at, NULL, NULL, NULL,
  NULL, u.model, NULL, NULL, NULL, u.cost_nanos, NULL, u.input, u.output,
  u.cache_read, u.cache_creation, 0, NULL, NULL
FROM unattributed AS u;
