INSERT INTO remedy_record (cause, remedy, pipeline, worked, failed) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (cause, remedy, pipeline) DO UPDATE SET worked = remedy_record.worked + excluded.worked,
  failed = remedy_record.failed + excluded.failed
