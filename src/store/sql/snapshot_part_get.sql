SELECT size, body FROM snapshot_part WHERE seq = $1 AND part = $2
