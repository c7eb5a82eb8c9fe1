-- Schedules and their runs. What is declared stands in the document "schedules"; here is where each stands.
CREATE TABLE schedule (
  name        TEXT PRIMARY KEY,
  spec        TEXT NOT NULL,               -- JSON of its declaration, without the data of its zone
  declared    INTEGER NOT NULL,            -- 0 = it is in the configuration no longer
  paused_by   TEXT NOT NULL,               -- '' = it runs; 'weir.yaml' = it is declared so
  next        INTEGER NOT NULL,            -- the instant it waits for, 0 = none
  run         TEXT NOT NULL,               -- its newest run, '' = none yet
  runs        INTEGER NOT NULL,            -- that ended
  failed      INTEGER NOT NULL,            -- of them, after their last attempt
  missed      INTEGER NOT NULL,            -- instants that passed while weir was down
  skipped     INTEGER NOT NULL,            -- instants at which the run before went on
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE schedule_run (
  id          TEXT NOT NULL UNIQUE,        -- srn-SEQ
  seq         INTEGER PRIMARY KEY,
  schedule    TEXT NOT NULL,
  planned     INTEGER NOT NULL,            -- the instant it is for
  asked_by    TEXT NOT NULL,               -- '' = the clock
  attempt     INTEGER NOT NULL,            -- 1..
  state       TEXT NOT NULL,               -- due, running, again, ok, failed, dropped
  due         INTEGER NOT NULL,            -- of this attempt
  pid         INTEGER NOT NULL,            -- of a child, 0 = none
  pid_start   INTEGER NOT NULL,
  started     INTEGER,
  ended       INTEGER,
  summary     TEXT NOT NULL,
  detail      TEXT NOT NULL                -- JSON
) STRICT;
CREATE INDEX schedule_run_open ON schedule_run (schedule, seq) WHERE state IN ('due', 'running', 'again');
CREATE INDEX schedule_run_of ON schedule_run (schedule, seq);
