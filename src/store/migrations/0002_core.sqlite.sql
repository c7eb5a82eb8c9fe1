-- The state the core keeps. Every row can be made again from the journal; times are UTC microseconds.
CREATE TABLE pipeline (
  name        TEXT PRIMARY KEY,
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  owner       TEXT NOT NULL,
  tier        INTEGER NOT NULL,            -- 1 (most important) .. 3
  environment TEXT NOT NULL,               -- production, staging, ...
  every_us    INTEGER NOT NULL,            -- expected time between runs, 0 = not known
  spec        TEXT NOT NULL,               -- JSON of pipelines.yaml, '' = seen only, not declared
  first_seen  INTEGER NOT NULL,
  last_seen   INTEGER NOT NULL,
  health      TEXT NOT NULL,               -- unknown, ok, warning, failing
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  id          TEXT PRIMARY KEY,
  pipeline    TEXT NOT NULL,
  step        TEXT NOT NULL,
  attempt     INTEGER NOT NULL,            -- 1.. within its pipeline run
  state       TEXT NOT NULL,               -- running, ok, failed
  started     INTEGER NOT NULL,
  ended       INTEGER,
  duration_us INTEGER,
  exit_code   INTEGER,
  signal      INTEGER,
  rows        INTEGER,                     -- announced by the step, NULL = not announced
  bytes       INTEGER,
  peak_kb     INTEGER,
  cpu_us      INTEGER,
  sync_us     INTEGER,                     -- time of one small durable write in its folder, measured beside the run
  effect      TEXT NOT NULL,               -- the effect that ran it, '' = not weir
  output      TEXT NOT NULL,               -- tail of stdout and stderr
  detail      TEXT NOT NULL,               -- JSON: knobs, inputs, outputs, parent
  seq         INTEGER NOT NULL
) STRICT;
CREATE INDEX run_by_pipeline ON run (pipeline, step, started);
CREATE INDEX run_by_start ON run (pipeline, started, id);

CREATE TABLE lineage_edge (                -- from feeds to; nodes are 'pipeline:NAME' and 'dataset:NAMESPACE/NAME'
  from_node   TEXT NOT NULL,
  to_node     TEXT NOT NULL,
  seq         INTEGER NOT NULL,            -- entry that showed it first
  PRIMARY KEY (from_node, to_node)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_back ON lineage_edge (to_node, from_node);

CREATE TABLE dataset_schema (
  dataset     TEXT PRIMARY KEY,
  columns     TEXT NOT NULL,               -- JSON array of names in order
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE change (
  id          TEXT PRIMARY KEY,            -- chg-SEQ
  seq         INTEGER NOT NULL,
  time        INTEGER NOT NULL,
  pipeline    TEXT NOT NULL,               -- '' = everywhere
  kind        TEXT NOT NULL,               -- deploy, config, schema, knob
  summary     TEXT NOT NULL,
  detail      TEXT NOT NULL                -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX change_by_time ON change (time, seq);

CREATE TABLE finding (
  id          TEXT NOT NULL UNIQUE,        -- 32 hex digits: hash of (series, detector, window start, kind)
  seq         INTEGER PRIMARY KEY,         -- of its entry, as in all tables that grow with the journal: rows are added at the end
  time        INTEGER NOT NULL,
  series      TEXT NOT NULL,               -- '' = not from a series
  pipeline    TEXT NOT NULL,
  step        TEXT NOT NULL,
  run         TEXT NOT NULL,
  kind        TEXT NOT NULL,               -- anomaly, threshold, freshness, volume, duration, error_rate, exit, schema, alert, drift
  detector    TEXT NOT NULL,
  severity    INTEGER NOT NULL,            -- 1 LOW, 2 MEDIUM, 3 HIGH, 4 CRITICAL
  started     INTEGER NOT NULL,            -- of the window that justifies it
  ended       INTEGER NOT NULL,
  value       REAL,
  low         REAL,                        -- expected range
  high        REAL,
  score       REAL,
  summary     TEXT NOT NULL,
  evidence    TEXT NOT NULL,               -- JSON
  incident    TEXT NOT NULL,               -- '' = suppressed
  suppressed  TEXT NOT NULL                -- id of the silence, or 'maintenance', '' = not
) STRICT;
CREATE INDEX finding_by_incident ON finding (incident, seq);
CREATE INDEX finding_by_series ON finding (series, started);
CREATE INDEX finding_by_pipeline ON finding (pipeline, time);

CREATE TABLE incident (
  id          TEXT NOT NULL UNIQUE,        -- inc-SEQ
  seq         INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL,               -- of (pipeline, kind): what a relapse has again
  state       TEXT NOT NULL,               -- open, diagnosed, mitigating, resolved
  severity    INTEGER NOT NULL,
  pipeline    TEXT NOT NULL,               -- where it began, as far as known
  title       TEXT NOT NULL,
  opened      INTEGER NOT NULL,
  updated     INTEGER NOT NULL,
  settled     INTEGER,                     -- when it was taken up for diagnosis
  resolved    INTEGER,
  findings    INTEGER NOT NULL,
  reopened    INTEGER NOT NULL,
  cause       TEXT NOT NULL,               -- kind of the first cause, '' = not diagnosed, 'unknown' = abstained
  resolution  TEXT NOT NULL,               -- how it ended: a remedy, 'recovered', a person's name
  case_id     TEXT NOT NULL                -- newest case
) STRICT;
CREATE INDEX incident_by_state ON incident (state, updated);
CREATE INDEX incident_by_fingerprint ON incident (fingerprint, seq);

CREATE TABLE incident_pipeline (           -- the pipelines whose findings an incident groups
  incident    TEXT NOT NULL,
  pipeline    TEXT NOT NULL,
  first_time  INTEGER NOT NULL,
  PRIMARY KEY (incident, pipeline)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_pipeline_back ON incident_pipeline (pipeline, incident);

CREATE TABLE cause (
  incident    TEXT NOT NULL,
  rank        INTEGER NOT NULL,            -- 1..
  kind        TEXT NOT NULL,
  subject     TEXT NOT NULL,               -- pipeline/step or node
  score       REAL NOT NULL,               -- 0..1
  title       TEXT NOT NULL,
  evidence    TEXT NOT NULL,               -- JSON array of {"seq":n,"text":"..."}: the path from symptom to cause
  PRIMARY KEY (incident, rank)
) STRICT, WITHOUT ROWID;

CREATE TABLE casefile (
  id          TEXT NOT NULL UNIQUE,        -- case-SEQ
  seq         INTEGER PRIMARY KEY,
  incident    TEXT NOT NULL,
  graph       TEXT NOT NULL,               -- hash of the graph it is pinned to
  node        TEXT NOT NULL,
  status      TEXT NOT NULL,               -- running, waiting, done, failed
  waiting_for TEXT NOT NULL,               -- effect, approval or timer id
  state       TEXT NOT NULL,               -- versioned JSON
  steps       INTEGER NOT NULL,
  started     INTEGER NOT NULL,
  ended       INTEGER,
  cost_usd    REAL NOT NULL,
  forked_from TEXT NOT NULL
) STRICT;
CREATE INDEX casefile_by_incident ON casefile (incident, seq);
CREATE INDEX casefile_waiting ON casefile (waiting_for) WHERE waiting_for <> '';

CREATE TABLE case_step (
  case_id     TEXT NOT NULL,
  step        INTEGER NOT NULL,            -- 1..
  node        TEXT NOT NULL,
  agent       TEXT NOT NULL,
  seq         INTEGER PRIMARY KEY,
  time        INTEGER NOT NULL,
  summary     TEXT NOT NULL,
  state       TEXT NOT NULL,               -- after the step: fork starts from here
  UNIQUE (case_id, step)
) STRICT;

CREATE TABLE proposal (
  id          TEXT NOT NULL UNIQUE,        -- pro-SEQ
  seq         INTEGER PRIMARY KEY,
  case_id     TEXT NOT NULL,
  incident    TEXT NOT NULL,
  rank        INTEGER NOT NULL,
  remedy      TEXT NOT NULL,               -- job.retry, job.rerun, command.run, webhook.call, knob.set
  pipeline    TEXT NOT NULL,
  step        TEXT NOT NULL,
  args        TEXT NOT NULL,               -- JSON
  cause       TEXT NOT NULL,
  confidence  REAL NOT NULL,
  cost_usd    REAL NOT NULL,
  leaves      TEXT NOT NULL,               -- nothing, undoable, lasting
  plan_hash   TEXT NOT NULL,
  summary     TEXT NOT NULL
) STRICT;
CREATE INDEX proposal_by_case ON proposal (case_id, rank);

CREATE TABLE decision (
  id          TEXT NOT NULL UNIQUE,        -- dec-SEQ
  seq         INTEGER PRIMARY KEY,
  time        INTEGER NOT NULL,
  case_id     TEXT NOT NULL,
  incident    TEXT NOT NULL,
  proposal    TEXT NOT NULL,
  verdict     TEXT NOT NULL,               -- execute, escalate, monitor, deny
  rule        TEXT NOT NULL,
  because     TEXT NOT NULL,
  confidence  REAL NOT NULL,
  cost_usd    REAL NOT NULL,
  facts       TEXT NOT NULL,               -- JSON, all of them
  policy      TEXT NOT NULL                -- hash
) STRICT;
CREATE INDEX decision_spent ON decision (time, cost_usd) WHERE verdict = 'execute' AND cost_usd > 0;
CREATE INDEX decision_by_incident ON decision (incident, seq);

CREATE TABLE approval (
  id            TEXT NOT NULL UNIQUE,          -- apr-SEQ
  seq           INTEGER PRIMARY KEY,
  decision      TEXT NOT NULL,
  proposal      TEXT NOT NULL,
  case_id       TEXT NOT NULL,
  incident      TEXT NOT NULL,
  state         TEXT NOT NULL,             -- pending, approved, rejected, expired, invalid
  plan_hash     TEXT NOT NULL,
  target_digest TEXT NOT NULL,
  policy        TEXT NOT NULL,
  requested     INTEGER NOT NULL,
  requested_by  TEXT NOT NULL,
  expires       INTEGER NOT NULL,
  decided       INTEGER,
  decided_by    TEXT NOT NULL,
  comment       TEXT NOT NULL
) STRICT;
CREATE INDEX approval_by_state ON approval (state, seq);

CREATE TABLE effect (
  id          TEXT NOT NULL UNIQUE,        -- eff-SEQ
  seq         INTEGER PRIMARY KEY,
  case_id     TEXT NOT NULL,
  incident    TEXT NOT NULL,
  decision    TEXT NOT NULL,
  kind        TEXT NOT NULL,               -- probe, apply, verify, undo, notify
  remedy      TEXT NOT NULL,               -- a remedy, or a channel for notify
  target      TEXT NOT NULL,               -- pipeline/step, or the channel's name
  args        TEXT NOT NULL,               -- JSON
  key         TEXT NOT NULL,               -- idempotency key, the same for every attempt
  state       TEXT NOT NULL,               -- pending, started, done, failed, unknown, held
  attempt     INTEGER NOT NULL,
  due         INTEGER NOT NULL,
  pid         INTEGER NOT NULL,            -- of a child, 0 = none
  pid_start   INTEGER NOT NULL,
  started     INTEGER,
  ended       INTEGER,
  outcome     TEXT NOT NULL                -- JSON
) STRICT;
CREATE INDEX effect_open ON effect (due, seq) WHERE state IN ('pending', 'started');
CREATE INDEX effect_by_incident ON effect (incident, seq);
CREATE INDEX effect_by_target ON effect (target, remedy, seq);

CREATE TABLE remedy_record (               -- what came of a remedy for a cause: the basis of confidence
  cause       TEXT NOT NULL,
  remedy      TEXT NOT NULL,
  pipeline    TEXT NOT NULL,
  worked      INTEGER NOT NULL,
  failed      INTEGER NOT NULL,
  PRIMARY KEY (cause, remedy, pipeline)
) STRICT, WITHOUT ROWID;

CREATE TABLE knob (
  pipeline    TEXT NOT NULL,
  name        TEXT NOT NULL,
  value       TEXT NOT NULL,
  seq         INTEGER NOT NULL,
  PRIMARY KEY (pipeline, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE silence (
  id          TEXT PRIMARY KEY,            -- sil-SEQ
  seq         INTEGER NOT NULL,
  pipeline    TEXT NOT NULL,               -- '' = any
  kind        TEXT NOT NULL,               -- finding kind, '' = any
  starts      INTEGER NOT NULL,
  ends        INTEGER NOT NULL,
  author      TEXT NOT NULL,
  comment     TEXT NOT NULL,
  maintenance INTEGER NOT NULL             -- 1: a maintenance window
) STRICT, WITHOUT ROWID;
CREATE INDEX silence_by_end ON silence (ends);

CREATE TABLE document (                    -- policy, pipelines, graph, settings: every version that was ever in force
  hash        TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,
  body        TEXT NOT NULL,
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE active_document (
  kind        TEXT PRIMARY KEY,
  hash        TEXT NOT NULL,
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runbook (
  id          TEXT PRIMARY KEY,            -- path in its folder
  title       TEXT NOT NULL,
  body        TEXT NOT NULL,
  hash        TEXT NOT NULL,
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE runbook_text USING fts5 (id UNINDEXED, title, body, tokenize = 'porter unicode61');

CREATE TABLE api_key (
  id          TEXT PRIMARY KEY,            -- key-SEQ
  name        TEXT NOT NULL UNIQUE,
  hash        TEXT NOT NULL,               -- SHA-256 of the key, hex
  role        TEXT NOT NULL,               -- viewer, operator, approver, admin, ingest
  created     INTEGER NOT NULL,
  revoked     INTEGER,
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE timer (
  id          TEXT PRIMARY KEY,            -- kind/subject: one timer of a kind for a subject
  due         INTEGER NOT NULL,
  kind        TEXT NOT NULL,
  subject     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX timer_by_due ON timer (due, id);

CREATE TABLE core_meta (
  key         TEXT PRIMARY KEY,
  value       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
