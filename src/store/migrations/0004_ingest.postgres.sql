CREATE TABLE shard_offset (
  shard       BIGINT PRIMARY KEY,
  judged      BIGINT NOT NULL
);
