-- Which column becomes which, and the jobs that were declared (by dbt, SQL files), beside those that were seen at work.
CREATE TABLE column_flow (
  from_dataset TEXT NOT NULL,
  from_column  TEXT NOT NULL,               -- '*' = every column that is not known by name
  to_dataset   TEXT NOT NULL,
  to_column    TEXT NOT NULL,               -- '' = it decides which rows the dataset has
  job          TEXT NOT NULL,               -- node: 'pipeline:NAME' or 'job:NAME'
  kind         TEXT NOT NULL,               -- identity, transformation, aggregation, conditional, window, join, group_by, filter, sort
  seq          INTEGER NOT NULL,            -- entry that showed it first
  PRIMARY KEY (from_dataset, from_column, to_dataset, to_column, job, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX column_flow_back ON column_flow (to_dataset, to_column);
CREATE INDEX column_flow_by_job ON column_flow (job);
CREATE INDEX column_flow_by_seq ON column_flow (seq);
CREATE INDEX lineage_edge_by_seq ON lineage_edge (seq);
CREATE TABLE lineage_job (
  node         TEXT PRIMARY KEY,            -- 'job:NAME' or 'pipeline:NAME'
  owner        TEXT NOT NULL,
  origin       TEXT NOT NULL,               -- where it was declared: a file, a manifest
  hash         TEXT NOT NULL,               -- SHA-256 of what was declared
  seq          INTEGER NOT NULL,            -- entry of the declaration in force
  removed      INTEGER NOT NULL             -- entry that last took edges away, 0 = none
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_job_by_removed ON lineage_job (removed);
