ALTER TABLE finding ADD COLUMN going INTEGER NOT NULL DEFAULT 0; -- 1: an alarm that goes on, its end will be told
