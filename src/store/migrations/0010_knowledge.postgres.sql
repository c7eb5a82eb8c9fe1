-- Documents that can be found and cited, in passages, and what people say of what was found.
CREATE TABLE knowledge_document (
  id         TEXT PRIMARY KEY,
  seq        BIGINT NOT NULL,              -- of the entry that loaded this version
  time       BIGINT NOT NULL,
  title      TEXT NOT NULL,
  source     TEXT NOT NULL,                 -- where it came from: a path, an address
  version    TEXT NOT NULL,                 -- as its source calls it, such as a commit; '' = not known
  format     TEXT NOT NULL,                 -- markdown, text, html, pdf
  hash       TEXT NOT NULL,                 -- SHA-256 of what it was made of
  roles      TEXT NOT NULL,                 -- JSON array of roles that may read it, [] = all
  valid_from BIGINT NOT NULL,              -- 0 = always was
  valid_to   BIGINT NOT NULL,              -- 0 = no end
  passages   BIGINT NOT NULL
);
CREATE TABLE knowledge_passage (
  document   TEXT NOT NULL,
  ordinal    BIGINT NOT NULL,              -- from 0, as they stand in it
  path       TEXT NOT NULL,                 -- headings above it, "A > B"
  text       TEXT NOT NULL,
  PRIMARY KEY (document, ordinal)
);
CREATE TABLE knowledge_feedback (
  seq        BIGINT PRIMARY KEY,
  time       BIGINT NOT NULL,
  question   TEXT NOT NULL,
  document   TEXT NOT NULL,
  used       BIGINT NOT NULL,              -- 1 = what was found was used
  worked     BIGINT,                       -- 1 = it helped, 0 = it did not, NULL = not said
  actor      TEXT NOT NULL
);
CREATE TABLE knowledge_gap (                -- questions that were answered badly
  seq        BIGINT PRIMARY KEY,
  time       BIGINT NOT NULL,
  question   TEXT NOT NULL,
  covered    DOUBLE PRECISION NOT NULL                  -- of its words by the best document, 0..1
);
