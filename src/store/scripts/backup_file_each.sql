SELECT name, bytes FROM backup_file ORDER BY name
