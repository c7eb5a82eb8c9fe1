CREATE TABLE snapshot_part (
  seq         BIGINT NOT NULL,
  part        BIGINT NOT NULL,
  size        BIGINT NOT NULL,
  body        BYTEA NOT NULL,
  PRIMARY KEY (seq, part)
);
CREATE INDEX entry_snapshot ON entry (seq) WHERE kind = 'journal.snapshot';
CREATE INDEX entry_started ON entry (seq) WHERE kind = 'weir.started';
