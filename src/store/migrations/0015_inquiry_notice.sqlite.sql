-- Of which inquiries people were told: once for each reason, and in one sum when there were too many.
CREATE TABLE inquiry_notice (
  inquiry INTEGER NOT NULL,                    -- seq
  event   TEXT NOT NULL,                       -- late, escalated
  time    INTEGER NOT NULL,
  told    INTEGER NOT NULL,                    -- 1 by a message of its own, 2 in a sum, 0 waits for the next sum
  PRIMARY KEY (inquiry, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX inquiry_notice_told ON inquiry_notice (time) WHERE told = 1;
CREATE INDEX inquiry_notice_left ON inquiry_notice (inquiry) WHERE told = 0;
