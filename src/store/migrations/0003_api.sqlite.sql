-- What the API keeps for itself, and the indexes its lists need (newest first).
CREATE TABLE idempotency (                 -- replies of mutations, for clients that ask again
  actor       TEXT NOT NULL,
  key         TEXT NOT NULL,
  hash        TEXT NOT NULL,               -- of the request
  time        INTEGER NOT NULL,
  status      INTEGER NOT NULL,            -- 0 = carried out, its reply is not known
  type        TEXT NOT NULL,
  location    TEXT NOT NULL,
  body        TEXT NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency (time);
CREATE INDEX run_recent ON run (pipeline, seq);
CREATE INDEX effect_by_state ON effect (state);
CREATE INDEX api_key_by_hash ON api_key (hash);
