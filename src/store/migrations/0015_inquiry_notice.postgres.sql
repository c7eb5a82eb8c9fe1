CREATE TABLE inquiry_notice (
  inquiry BIGINT NOT NULL,
  event   TEXT NOT NULL,
  time    BIGINT NOT NULL,
  told    BIGINT NOT NULL,
  PRIMARY KEY (inquiry, event)
);
CREATE INDEX inquiry_notice_told ON inquiry_notice (time) WHERE told = 1;
CREATE INDEX inquiry_notice_left ON inquiry_notice (inquiry) WHERE told = 0;
