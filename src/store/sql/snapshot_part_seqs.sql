SELECT DISTINCT seq FROM snapshot_part ORDER BY seq
