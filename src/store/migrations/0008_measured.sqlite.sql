-- What stored series of an incident's neighbourhood showed while it settled: measured by the edge, an input of its diagnosis.
CREATE TABLE measured (
  incident     TEXT NOT NULL,
  ordinal      INTEGER NOT NULL,            -- as the entry lists them
  seq          INTEGER NOT NULL,            -- the entry series.measured
  series       TEXT NOT NULL,
  pipeline     TEXT NOT NULL,
  started      INTEGER NOT NULL,
  value        REAL NOT NULL,               -- mean since the onset
  low          REAL NOT NULL,               -- three spreads around the usual
  high         REAL NOT NULL,
  score        REAL NOT NULL,               -- spreads off
  size         REAL NOT NULL,               -- of the change against noise and level, 0..100
  excess       REAL NOT NULL,               -- seconds waited or requests failed over the usual, 0 = not known
  summary      TEXT NOT NULL,
  PRIMARY KEY (incident, ordinal)
) STRICT, WITHOUT ROWID;
