-- What documents have taught and what incidents teach: re-indexing, priors of ranking, drafts that wait for a person.
ALTER TABLE cause ADD COLUMN runbook TEXT NOT NULL DEFAULT '';             -- that reads most like it; '' = none
ALTER TABLE knowledge_feedback ADD COLUMN passage TEXT NOT NULL DEFAULT '';  -- SHA-256 of the passage's text; '' = the whole document
ALTER TABLE knowledge_feedback ADD COLUMN incident TEXT NOT NULL DEFAULT ''; -- that a remedy mended; '' = a person says it
CREATE TABLE knowledge_reindex (
  seq        INTEGER PRIMARY KEY,           -- of the entry knowledge.reindexed
  time       INTEGER NOT NULL,
  reason     TEXT NOT NULL,                 -- documents, feedback, time, or who asked
  documents  INTEGER NOT NULL,              -- that came, changed or went since the one before
  feedback   INTEGER NOT NULL
) STRICT;
CREATE TABLE knowledge_counter (
  name       TEXT PRIMARY KEY,              -- documents, feedback: since the last re-index; undrafted: incidents without a draft for lack of room
  n          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE knowledge_prior (              -- as of the last re-index
  document   TEXT NOT NULL,
  passage    TEXT NOT NULL,                 -- as in knowledge_feedback; '' = everything said of the document
  helped     INTEGER NOT NULL,
  failed     INTEGER NOT NULL,
  PRIMARY KEY (document, passage)
) STRICT, WITHOUT ROWID;
CREATE TABLE knowledge_candidate (          -- documents drafted from incidents
  id         TEXT NOT NULL UNIQUE,          -- draft-SEQ
  seq        INTEGER PRIMARY KEY,
  time       INTEGER NOT NULL,
  incident   TEXT NOT NULL,
  pipeline   TEXT NOT NULL,
  cause      TEXT NOT NULL,
  title      TEXT NOT NULL,
  text       TEXT NOT NULL,                 -- Markdown
  state      TEXT NOT NULL,                 -- waiting, approved, rejected
  decided    INTEGER NOT NULL DEFAULT 0,
  decided_by TEXT NOT NULL DEFAULT '',
  comment    TEXT NOT NULL DEFAULT '',
  document   TEXT NOT NULL DEFAULT ''       -- what it became
) STRICT;
CREATE INDEX knowledge_candidate_state ON knowledge_candidate (state, seq);
