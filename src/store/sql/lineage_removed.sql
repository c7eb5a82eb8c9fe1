SELECT coalesce(max(removed), 0) FROM lineage_job
