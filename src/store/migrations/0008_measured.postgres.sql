CREATE TABLE measured (
  incident     TEXT NOT NULL,
  ordinal      BIGINT NOT NULL,
  seq          BIGINT NOT NULL,
  series       TEXT NOT NULL,
  pipeline     TEXT NOT NULL,
  started      BIGINT NOT NULL,
  value        DOUBLE PRECISION NOT NULL,
  low          DOUBLE PRECISION NOT NULL,
  high         DOUBLE PRECISION NOT NULL,
  score        DOUBLE PRECISION NOT NULL,
  size         DOUBLE PRECISION NOT NULL,
  excess       DOUBLE PRECISION NOT NULL,
  summary      TEXT NOT NULL,
  PRIMARY KEY (incident, ordinal)
);
