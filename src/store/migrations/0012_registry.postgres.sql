-- Models by name and version: what they are made of, how good they were, which one is in use. Their files are in the
-- data directory, by digest.
CREATE TABLE model_version (
  name      TEXT NOT NULL,
  version   BIGINT NOT NULL,              -- from 1
  seq       BIGINT NOT NULL,              -- of the entry that registered it
  time      BIGINT NOT NULL,
  actor     TEXT NOT NULL,
  kind      TEXT NOT NULL,                 -- text: a classifier of weir text train; file: anything else
  digest    TEXT NOT NULL,                 -- SHA-256 of its file
  bytes     BIGINT NOT NULL,
  data      TEXT NOT NULL,                 -- digest of the data it learned from, '' = not said
  code      TEXT NOT NULL,                 -- digest or version of the code that made it, '' = not said
  held_back TEXT NOT NULL,                 -- digest of the data its metrics are of, '' = not said
  parent    BIGINT NOT NULL,              -- the version it was made from, 0 = none
  metrics   TEXT NOT NULL,                 -- JSON object of numbers
  sources   TEXT NOT NULL,                 -- JSON array: names of the datasets it was made from
  origin    TEXT NOT NULL,                 -- where it was made: a run, an address
  comment   TEXT NOT NULL,
  PRIMARY KEY (name, version)
);
CREATE INDEX model_version_by_digest ON model_version (name, digest);
CREATE TABLE model_alias (
  name    TEXT NOT NULL,
  alias   TEXT NOT NULL,                   -- champion is the one in use, challenger the one on trial; others are free
  version BIGINT NOT NULL,
  seq     BIGINT NOT NULL,
  time    BIGINT NOT NULL,
  PRIMARY KEY (name, alias)
);
CREATE TABLE model_move (                  -- every move of a champion
  seq     BIGINT PRIMARY KEY,
  time    BIGINT NOT NULL,
  name    TEXT NOT NULL,
  version BIGINT NOT NULL,
  before  BIGINT NOT NULL,                -- 0 = there was none
  kind    TEXT NOT NULL,                   -- first, promoted, forced, rolled_back
  actor   TEXT NOT NULL,
  reason  TEXT NOT NULL
);
CREATE INDEX model_move_by_name ON model_move (name, seq);
CREATE TABLE model_trial (                 -- a challenger beside the champion
  name     TEXT PRIMARY KEY,
  version  BIGINT NOT NULL,
  champion BIGINT NOT NULL,               -- that it is compared with
  share    DOUBLE PRECISION NOT NULL,                  -- of the cases in which its word counts; 0 = in none, a shadow
  seq      BIGINT NOT NULL,
  began    BIGINT NOT NULL,
  judged   BIGINT NOT NULL,               -- cases both have judged
  agreed   BIGINT NOT NULL                -- of them with the same word
);
CREATE TABLE model_trial_item (
  name       TEXT NOT NULL,
  item       BIGINT NOT NULL,             -- seq of the case, such as an inquiry
  champion   TEXT NOT NULL,                -- what each said
  challenger TEXT NOT NULL,
  used       BIGINT NOT NULL,             -- 1 = the challenger's word counted
  fair       BIGINT NOT NULL,             -- 1 = whose word counted was even chance: only these are evidence
  truth      TEXT NOT NULL,                -- what a person said, '' = nothing yet
  PRIMARY KEY (name, item)
);
CREATE INDEX model_trial_truth ON model_trial_item (name) WHERE truth <> '' AND fair = 1;
