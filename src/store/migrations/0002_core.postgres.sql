-- The state the core keeps. Every row can be made again from the journal; times are UTC microseconds.
CREATE TABLE pipeline (
  name        TEXT PRIMARY KEY,
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  owner       TEXT NOT NULL,
  tier        BIGINT NOT NULL,            -- 1 (most important) .. 3
  environment TEXT NOT NULL,               -- production, staging, ...
  every_us    BIGINT NOT NULL,            -- expected time between runs, 0 = not known
  spec        TEXT NOT NULL,               -- JSON of pipelines.yaml, '' = seen only, not declared
  first_seen  BIGINT NOT NULL,
  last_seen   BIGINT NOT NULL,
  health      TEXT NOT NULL,               -- unknown, ok, warning, failing
  seq         BIGINT NOT NULL
);

CREATE TABLE run (
  id          TEXT PRIMARY KEY,
  pipeline    TEXT NOT NULL,
  step        TEXT NOT NULL,
  attempt     BIGINT NOT NULL,            -- 1.. within its pipeline run
  state       TEXT NOT NULL,               -- running, ok, failed
  started     BIGINT NOT NULL,
  ended       BIGINT,
  duration_us BIGINT,
  exit_code   BIGINT,
  signal      BIGINT,
  rows        BIGINT,                     -- announced by the step, NULL = not announced
  bytes       BIGINT,
  peak_kb     BIGINT,
  cpu_us      BIGINT,
  sync_us     BIGINT,                     -- time of one small durable write in its folder, measured beside the run
  effect      TEXT NOT NULL,               -- the effect that ran it, '' = not weir
  output      TEXT NOT NULL,               -- tail of stdout and stderr
  detail      TEXT NOT NULL,               -- JSON: knobs, inputs, outputs, parent
  seq         BIGINT NOT NULL
);
CREATE INDEX run_by_pipeline ON run (pipeline, step, started);
CREATE INDEX run_by_start ON run (pipeline, started, id);

CREATE TABLE lineage_edge (                -- from feeds to; nodes are 'pipeline:NAME' and 'dataset:NAMESPACE/NAME'
  from_node   TEXT NOT NULL,
  to_node     TEXT NOT NULL,
  seq         BIGINT NOT NULL,            -- entry that showed it first
  PRIMARY KEY (from_node, to_node)
);
CREATE INDEX lineage_back ON lineage_edge (to_node, from_node);

CREATE TABLE dataset_schema (
  dataset     TEXT PRIMARY KEY,
  columns     TEXT NOT NULL,               -- JSON array of names in order
  seq         BIGINT NOT NULL
);

CREATE TABLE change (
  id          TEXT PRIMARY KEY,            -- chg-SEQ
  seq         BIGINT NOT NULL,
  time        BIGINT NOT NULL,
  pipeline    TEXT NOT NULL,               -- '' = everywhere
  kind        TEXT NOT NULL,               -- deploy, config, schema, knob
  summary     TEXT NOT NULL,
  detail      TEXT NOT NULL                -- JSON
);
CREATE INDEX change_by_time ON change (time, seq);

CREATE TABLE finding (
  id          TEXT PRIMARY KEY,            -- 32 hex digits: hash of (series, detector, window start, kind)
  seq         BIGINT NOT NULL,
  time        BIGINT NOT NULL,
  series      TEXT NOT NULL,               -- '' = not from a series
  pipeline    TEXT NOT NULL,
  step        TEXT NOT NULL,
  run         TEXT NOT NULL,
  kind        TEXT NOT NULL,               -- anomaly, threshold, freshness, volume, duration, error_rate, exit, schema, alert, drift
  detector    TEXT NOT NULL,
  severity    BIGINT NOT NULL,            -- 1 LOW, 2 MEDIUM, 3 HIGH, 4 CRITICAL
  started     BIGINT NOT NULL,            -- of the window that justifies it
  ended       BIGINT NOT NULL,
  value       DOUBLE PRECISION,
  low         DOUBLE PRECISION,                        -- expected range
  high        DOUBLE PRECISION,
  score       DOUBLE PRECISION,
  summary     TEXT NOT NULL,
  evidence    TEXT NOT NULL,               -- JSON
  incident    TEXT NOT NULL,               -- '' = suppressed
  suppressed  TEXT NOT NULL                -- id of the silence, or 'maintenance', '' = not
);
CREATE INDEX finding_by_incident ON finding (incident, seq);
CREATE INDEX finding_by_series ON finding (series, started);
CREATE INDEX finding_by_pipeline ON finding (pipeline, time);

CREATE TABLE incident (
  id          TEXT PRIMARY KEY,            -- inc-SEQ
  seq         BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,               -- of (pipeline, kind): what a relapse has again
  state       TEXT NOT NULL,               -- open, diagnosed, mitigating, resolved
  severity    BIGINT NOT NULL,
  pipeline    TEXT NOT NULL,               -- where it began, as far as known
  title       TEXT NOT NULL,
  opened      BIGINT NOT NULL,
  updated     BIGINT NOT NULL,
  settled     BIGINT,                     -- when it was taken up for diagnosis
  resolved    BIGINT,
  findings    BIGINT NOT NULL,
  reopened    BIGINT NOT NULL,
  cause       TEXT NOT NULL,               -- kind of the first cause, '' = not diagnosed, 'unknown' = abstained
  resolution  TEXT NOT NULL,               -- how it ended: a remedy, 'recovered', a person's name
  case_id     TEXT NOT NULL                -- newest case
);
CREATE INDEX incident_by_state ON incident (state, updated);
CREATE INDEX incident_by_fingerprint ON incident (fingerprint, seq);

CREATE TABLE incident_pipeline (           -- the pipelines whose findings an incident groups
  incident    TEXT NOT NULL,
  pipeline    TEXT NOT NULL,
  first_time  BIGINT NOT NULL,
  PRIMARY KEY (incident, pipeline)
);
CREATE INDEX incident_pipeline_back ON incident_pipeline (pipeline, incident);

CREATE TABLE cause (
  incident    TEXT NOT NULL,
  rank        BIGINT NOT NULL,            -- 1..
  kind        TEXT NOT NULL,
  subject     TEXT NOT NULL,               -- pipeline/step or node
  score       DOUBLE PRECISION NOT NULL,               -- 0..1
  title       TEXT NOT NULL,
  evidence    TEXT NOT NULL,               -- JSON array of {"seq":n,"text":"..."}: the path from symptom to cause
  PRIMARY KEY (incident, rank)
);

CREATE TABLE casefile (
  id          TEXT PRIMARY KEY,            -- case-SEQ
  seq         BIGINT NOT NULL,
  incident    TEXT NOT NULL,
  graph       TEXT NOT NULL,               -- hash of the graph it is pinned to
  node        TEXT NOT NULL,
  status      TEXT NOT NULL,               -- running, waiting, done, failed
  waiting_for TEXT NOT NULL,               -- effect, approval or timer id
  state       TEXT NOT NULL,               -- versioned JSON
  steps       BIGINT NOT NULL,
  started     BIGINT NOT NULL,
  ended       BIGINT,
  cost_usd    DOUBLE PRECISION NOT NULL,
  forked_from TEXT NOT NULL
);
CREATE INDEX casefile_by_incident ON casefile (incident, seq);
CREATE INDEX casefile_waiting ON casefile (waiting_for) WHERE waiting_for <> '';

CREATE TABLE case_step (
  case_id     TEXT NOT NULL,
  step        BIGINT NOT NULL,            -- 1..
  node        TEXT NOT NULL,
  agent       TEXT NOT NULL,
  seq         BIGINT NOT NULL,
  time        BIGINT NOT NULL,
  summary     TEXT NOT NULL,
  state       TEXT NOT NULL,               -- after the step: fork starts from here
  PRIMARY KEY (case_id, step)
);

CREATE TABLE proposal (
  id          TEXT PRIMARY KEY,            -- pro-SEQ
  seq         BIGINT NOT NULL,
  case_id     TEXT NOT NULL,
  incident    TEXT NOT NULL,
  rank        BIGINT NOT NULL,
  remedy      TEXT NOT NULL,               -- job.retry, job.rerun, command.run, webhook.call, knob.set
  pipeline    TEXT NOT NULL,
  step        TEXT NOT NULL,
  args        TEXT NOT NULL,               -- JSON
  cause       TEXT NOT NULL,
  confidence  DOUBLE PRECISION NOT NULL,
  cost_usd    DOUBLE PRECISION NOT NULL,
  leaves      TEXT NOT NULL,               -- nothing, undoable, lasting
  plan_hash   TEXT NOT NULL,
  summary     TEXT NOT NULL
);
CREATE INDEX proposal_by_case ON proposal (case_id, rank);

CREATE TABLE decision (
  id          TEXT PRIMARY KEY,            -- dec-SEQ
  seq         BIGINT NOT NULL,
  time        BIGINT NOT NULL,
  case_id     TEXT NOT NULL,
  incident    TEXT NOT NULL,
  proposal    TEXT NOT NULL,
  verdict     TEXT NOT NULL,               -- execute, escalate, monitor, deny
  rule        TEXT NOT NULL,
  because     TEXT NOT NULL,
  confidence  DOUBLE PRECISION NOT NULL,
  cost_usd    DOUBLE PRECISION NOT NULL,
  facts       TEXT NOT NULL,               -- JSON, all of them
  policy      TEXT NOT NULL                -- hash
);
CREATE INDEX decision_spent ON decision (time, cost_usd) WHERE verdict = 'execute' AND cost_usd > 0;
CREATE INDEX decision_by_incident ON decision (incident, seq);

CREATE TABLE approval (
  id            TEXT PRIMARY KEY,          -- apr-SEQ
  seq           BIGINT NOT NULL,
  decision      TEXT NOT NULL,
  proposal      TEXT NOT NULL,
  case_id       TEXT NOT NULL,
  incident      TEXT NOT NULL,
  state         TEXT NOT NULL,             -- pending, approved, rejected, expired, invalid
  plan_hash     TEXT NOT NULL,
  target_digest TEXT NOT NULL,
  policy        TEXT NOT NULL,
  requested     BIGINT NOT NULL,
  requested_by  TEXT NOT NULL,
  expires       BIGINT NOT NULL,
  decided       BIGINT,
  decided_by    TEXT NOT NULL,
  comment       TEXT NOT NULL
);
CREATE INDEX approval_by_state ON approval (state, seq);

CREATE TABLE effect (
  id          TEXT PRIMARY KEY,            -- eff-SEQ
  seq         BIGINT NOT NULL,
  case_id     TEXT NOT NULL,
  incident    TEXT NOT NULL,
  decision    TEXT NOT NULL,
  kind        TEXT NOT NULL,               -- probe, apply, verify, undo, notify
  remedy      TEXT NOT NULL,               -- a remedy, or a channel for notify
  target      TEXT NOT NULL,               -- pipeline/step, or the channel's name
  args        TEXT NOT NULL,               -- JSON
  key         TEXT NOT NULL,               -- idempotency key, the same for every attempt
  state       TEXT NOT NULL,               -- pending, started, done, failed, unknown, held
  attempt     BIGINT NOT NULL,
  due         BIGINT NOT NULL,
  pid         BIGINT NOT NULL,            -- of a child, 0 = none
  pid_start   BIGINT NOT NULL,
  started     BIGINT,
  ended       BIGINT,
  outcome     TEXT NOT NULL                -- JSON
);
CREATE INDEX effect_open ON effect (due, seq) WHERE state IN ('pending', 'started');
CREATE INDEX effect_by_incident ON effect (incident, seq);
CREATE INDEX effect_by_target ON effect (target, remedy, seq);

CREATE TABLE remedy_record (               -- what came of a remedy for a cause: the basis of confidence
  cause       TEXT NOT NULL,
  remedy      TEXT NOT NULL,
  pipeline    TEXT NOT NULL,
  worked      BIGINT NOT NULL,
  failed      BIGINT NOT NULL,
  PRIMARY KEY (cause, remedy, pipeline)
);

CREATE TABLE knob (
  pipeline    TEXT NOT NULL,
  name        TEXT NOT NULL,
  value       TEXT NOT NULL,
  seq         BIGINT NOT NULL,
  PRIMARY KEY (pipeline, name)
);

CREATE TABLE silence (
  id          TEXT PRIMARY KEY,            -- sil-SEQ
  seq         BIGINT NOT NULL,
  pipeline    TEXT NOT NULL,               -- '' = any
  kind        TEXT NOT NULL,               -- finding kind, '' = any
  starts      BIGINT NOT NULL,
  ends        BIGINT NOT NULL,
  author      TEXT NOT NULL,
  comment     TEXT NOT NULL,
  maintenance BIGINT NOT NULL             -- 1: a maintenance window
);
CREATE INDEX silence_by_end ON silence (ends);

CREATE TABLE document (                    -- policy, pipelines, graph, settings: every version that was ever in force
  hash        TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,
  body        TEXT NOT NULL,
  seq         BIGINT NOT NULL
);
CREATE TABLE active_document (
  kind        TEXT PRIMARY KEY,
  hash        TEXT NOT NULL,
  seq         BIGINT NOT NULL
);

CREATE TABLE runbook (
  id          TEXT PRIMARY KEY,            -- path in its folder
  title       TEXT NOT NULL,
  body        TEXT NOT NULL,
  hash        TEXT NOT NULL,
  seq         BIGINT NOT NULL
);
CREATE TABLE runbook_text (id TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX runbook_text_by_id ON runbook_text (id);

CREATE TABLE api_key (
  id          TEXT PRIMARY KEY,            -- key-SEQ
  name        TEXT NOT NULL UNIQUE,
  hash        TEXT NOT NULL,               -- SHA-256 of the key, hex
  role        TEXT NOT NULL,               -- viewer, operator, approver, admin, ingest
  created     BIGINT NOT NULL,
  revoked     BIGINT,
  seq         BIGINT NOT NULL
);

CREATE TABLE timer (
  id          TEXT PRIMARY KEY,            -- kind/subject: one timer of a kind for a subject
  due         BIGINT NOT NULL,
  kind        TEXT NOT NULL,
  subject     TEXT NOT NULL
);
CREATE INDEX timer_by_due ON timer (due, id);

CREATE TABLE core_meta (
  key         TEXT PRIMARY KEY,
  value       TEXT NOT NULL
);
