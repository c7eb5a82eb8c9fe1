-- Inquiries. What people wrote is not here: it stands sealed in the entry of the inquiry's seq.
CREATE TABLE inquiry (
  seq            INTEGER PRIMARY KEY,         -- entry "inquiry.received"; the id is 'inq-' and this
  received       INTEGER NOT NULL,
  updated        INTEGER NOT NULL,
  state          TEXT NOT NULL,               -- review, open, duplicate, answered, closed
  channel        TEXT NOT NULL,               -- api, file, folder, mbox, imap
  person         TEXT NOT NULL,               -- id in the database of keys
  language       TEXT NOT NULL,
  model          TEXT NOT NULL,               -- what gave the labels
  category       TEXT NOT NULL,
  category_score REAL NOT NULL,
  sentiment      TEXT NOT NULL,
  sentiment_score REAL NOT NULL,
  urgency        TEXT NOT NULL,
  urgency_score  REAL NOT NULL,
  labelled_by    TEXT NOT NULL,               -- who corrected or confirmed the labels, '' = nobody
  department     TEXT NOT NULL,               -- in review: the one it would go to
  consultant     TEXT NOT NULL,               -- '' = it waits in the department's queue
  priority       INTEGER NOT NULL,            -- 0..100
  due            INTEGER NOT NULL,            -- when the next step of the clock is due, 0 = none
  level          INTEGER NOT NULL,            -- how often the clock has run out
  thread         INTEGER NOT NULL,            -- seq of the first of its thread
  duplicate_of   INTEGER NOT NULL,            -- 0 = of none
  repeats        INTEGER NOT NULL,            -- duplicates of it
  topics         TEXT NOT NULL,               -- JSON array
  reason         TEXT NOT NULL,               -- JSON array of sentences: why it went where it is
  message        TEXT NOT NULL,               -- keyed digest of the message's id, '' = none
  subject_key    TEXT NOT NULL,               -- keyed digest of the subject without Re: and the like
  sketch         TEXT NOT NULL                -- JSON array of 32 numbers, keyed: near-equal texts have near-equal ones
) STRICT;
CREATE INDEX inquiry_by_state ON inquiry (state, seq);
CREATE INDEX inquiry_by_department ON inquiry (department, state, seq);
CREATE INDEX inquiry_by_person ON inquiry (person, seq);
CREATE INDEX inquiry_by_message ON inquiry (message) WHERE message <> '';
CREATE INDEX inquiry_queue ON inquiry (department, priority, seq) WHERE state = 'open' AND consultant = '';
CREATE TABLE inquiry_tally (                  -- counts since the beginning, by name and word
  name TEXT NOT NULL,
  word TEXT NOT NULL,
  n    INTEGER NOT NULL,
  PRIMARY KEY (name, word)
) STRICT, WITHOUT ROWID;
CREATE TABLE inquiry_load (                   -- open inquiries of each consultant
  consultant TEXT PRIMARY KEY,
  n          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE inquiry_erased (                 -- people whose key must be gone
  person TEXT PRIMARY KEY,
  time   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
