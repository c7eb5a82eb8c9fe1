SELECT owner FROM lineage_job WHERE node = $1
