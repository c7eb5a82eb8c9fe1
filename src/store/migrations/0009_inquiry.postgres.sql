CREATE TABLE inquiry (
  seq            BIGINT PRIMARY KEY,
  received       BIGINT NOT NULL,
  updated        BIGINT NOT NULL,
  state          TEXT NOT NULL,
  channel        TEXT NOT NULL,
  person         TEXT NOT NULL,
  language       TEXT NOT NULL,
  model          TEXT NOT NULL,
  category       TEXT NOT NULL,
  category_score DOUBLE PRECISION NOT NULL,
  sentiment      TEXT NOT NULL,
  sentiment_score DOUBLE PRECISION NOT NULL,
  urgency        TEXT NOT NULL,
  urgency_score  DOUBLE PRECISION NOT NULL,
  labelled_by    TEXT NOT NULL,
  department     TEXT NOT NULL,
  consultant     TEXT NOT NULL,
  priority       BIGINT NOT NULL,
  due            BIGINT NOT NULL,
  level          BIGINT NOT NULL,
  thread         BIGINT NOT NULL,
  duplicate_of   BIGINT NOT NULL,
  repeats        BIGINT NOT NULL,
  topics         TEXT NOT NULL,
  reason         TEXT NOT NULL,
  message        TEXT NOT NULL,
  subject_key    TEXT NOT NULL,
  sketch         TEXT NOT NULL
);
CREATE INDEX inquiry_by_state ON inquiry (state, seq);
CREATE INDEX inquiry_by_department ON inquiry (department, state, seq);
CREATE INDEX inquiry_by_person ON inquiry (person, seq);
CREATE INDEX inquiry_by_message ON inquiry (message) WHERE message <> '';
CREATE INDEX inquiry_queue ON inquiry (department, priority, seq) WHERE state = 'open' AND consultant = '';
CREATE TABLE inquiry_tally (
  name TEXT NOT NULL,
  word TEXT NOT NULL,
  n    BIGINT NOT NULL,
  PRIMARY KEY (name, word)
);
CREATE TABLE inquiry_load (
  consultant TEXT PRIMARY KEY,
  n          BIGINT NOT NULL
);
CREATE TABLE inquiry_erased (
  person TEXT PRIMARY KEY,
  time   BIGINT NOT NULL
);
