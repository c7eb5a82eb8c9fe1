SELECT count(*) FROM snapshot_part WHERE seq = $1
