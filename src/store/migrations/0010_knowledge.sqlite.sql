-- Documents that can be found and cited, in passages, and what people say of what was found.
CREATE TABLE knowledge_document (
  id         TEXT PRIMARY KEY,
  seq        INTEGER NOT NULL,              -- of the entry that loaded this version
  time       INTEGER NOT NULL,
  title      TEXT NOT NULL,
  source     TEXT NOT NULL,                 -- where it came from: a path, an address
  version    TEXT NOT NULL,                 -- as its source calls it, such as a commit; '' = not known
  format     TEXT NOT NULL,                 -- markdown, text, html, pdf
  hash       TEXT NOT NULL,                 -- SHA-256 of what it was made of
  roles      TEXT NOT NULL,                 -- JSON array of roles that may read it, [] = all
  valid_from INTEGER NOT NULL,              -- 0 = always was
  valid_to   INTEGER NOT NULL,              -- 0 = no end
  passages   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE knowledge_passage (
  document   TEXT NOT NULL,
  ordinal    INTEGER NOT NULL,              -- from 0, as they stand in it
  path       TEXT NOT NULL,                 -- headings above it, "A > B"
  text       TEXT NOT NULL,
  PRIMARY KEY (document, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE knowledge_feedback (
  seq        INTEGER PRIMARY KEY,
  time       INTEGER NOT NULL,
  question   TEXT NOT NULL,
  document   TEXT NOT NULL,
  used       INTEGER NOT NULL,              -- 1 = what was found was used
  worked     INTEGER,                       -- 1 = it helped, 0 = it did not, NULL = not said
  actor      TEXT NOT NULL
) STRICT;
CREATE TABLE knowledge_gap (                -- questions that were answered badly
  seq        INTEGER PRIMARY KEY,
  time       INTEGER NOT NULL,
  question   TEXT NOT NULL,
  covered    REAL NOT NULL                  -- of its words by the best document, 0..1
) STRICT;
