-- The tables that inputs make. Not those: the journal, snapshots of this state, and what the edge keeps for itself.
SELECT name, wr FROM pragma_table_list
WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%' AND name NOT IN
  ('entry', 'journal_head', 'checkpoint', 'snapshot_part', 'idempotency', 'shard_offset')
ORDER BY name
