CREATE TABLE column_flow (
  from_dataset TEXT NOT NULL,
  from_column  TEXT NOT NULL,
  to_dataset   TEXT NOT NULL,
  to_column    TEXT NOT NULL,
  job          TEXT NOT NULL,
  kind         TEXT NOT NULL,
  seq          BIGINT NOT NULL,
  PRIMARY KEY (from_dataset, from_column, to_dataset, to_column, job, kind)
);
CREATE INDEX column_flow_back ON column_flow (to_dataset, to_column);
CREATE INDEX column_flow_by_job ON column_flow (job);
CREATE INDEX column_flow_by_seq ON column_flow (seq);
CREATE INDEX lineage_edge_by_seq ON lineage_edge (seq);
CREATE TABLE lineage_job (
  node         TEXT PRIMARY KEY,
  owner        TEXT NOT NULL,
  origin       TEXT NOT NULL,
  hash         TEXT NOT NULL,
  seq          BIGINT NOT NULL,
  removed      BIGINT NOT NULL
);
CREATE INDEX lineage_job_by_removed ON lineage_job (removed);
