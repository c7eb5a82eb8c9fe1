SELECT hash, removed FROM lineage_job WHERE node = $1
