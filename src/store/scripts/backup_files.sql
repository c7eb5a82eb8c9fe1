-- In a backup only: files that belong to the store but stand beside it. The restore takes them out again.
CREATE TABLE backup_file (name TEXT PRIMARY KEY, bytes BLOB NOT NULL)
