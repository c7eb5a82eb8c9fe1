CREATE TABLE shard_offset (                -- of the sample log: everything below it is judged and its findings are in the journal
  shard       INTEGER PRIMARY KEY,
  judged      INTEGER NOT NULL
) STRICT;
