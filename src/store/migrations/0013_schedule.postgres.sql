CREATE TABLE schedule (
  name        TEXT PRIMARY KEY,
  spec        TEXT NOT NULL,
  declared    BIGINT NOT NULL,
  paused_by   TEXT NOT NULL,
  next        BIGINT NOT NULL,
  run         TEXT NOT NULL,
  runs        BIGINT NOT NULL,
  failed      BIGINT NOT NULL,
  missed      BIGINT NOT NULL,
  skipped     BIGINT NOT NULL,
  seq         BIGINT NOT NULL
);
CREATE TABLE schedule_run (
  id          TEXT NOT NULL UNIQUE,
  seq         BIGINT PRIMARY KEY,
  schedule    TEXT NOT NULL,
  planned     BIGINT NOT NULL,
  asked_by    TEXT NOT NULL,
  attempt     BIGINT NOT NULL,
  state       TEXT NOT NULL,
  due         BIGINT NOT NULL,
  pid         BIGINT NOT NULL,
  pid_start   BIGINT NOT NULL,
  started     BIGINT,
  ended       BIGINT,
  summary     TEXT NOT NULL,
  detail      TEXT NOT NULL
);
CREATE INDEX schedule_run_open ON schedule_run (schedule, seq) WHERE state IN ('due', 'running', 'again');
CREATE INDEX schedule_run_of ON schedule_run (schedule, seq);
