#!/bin/sh
# Load what was delivered, in batches of WEIR_KNOB_BATCH_ROWS rows, each durable before the next. The table is emptied first,
# so the step may be repeated; a repetition finds the inbox empty and loads the transformed file itself.
set -eu
batch=${WEIR_KNOB_BATCH_ROWS:-25}
set -- inbox/*.csv
[ -e "$1" ] || set -- out.csv
{
  echo '.bail on'
  echo '.timeout 5000'
  echo 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;'
  echo 'CREATE TABLE IF NOT EXISTS '"$NAME"' (id INTEGER, name TEXT, cents INTEGER, note TEXT);'
  echo 'CREATE TEMP TABLE delivered (id INTEGER, name TEXT, cents INTEGER, note TEXT);'
  for file in "$@"; do echo ".import --csv --skip 1 $file delivered"; done
  echo 'DELETE FROM '"$NAME;"
  total=0
  for file in "$@"; do total=$((total + $(wc -l < "$file") - 1)); done
  at=0
  while [ "$at" -lt "$total" ]; do
    echo "INSERT INTO $NAME SELECT * FROM delivered WHERE rowid > $at AND rowid <= $((at + batch));"
    at=$((at + batch))
  done
} | sqlite3 "$WAREHOUSE" > /dev/null
rows=$(sqlite3 "$WAREHOUSE" "SELECT count(*) FROM $NAME")
rm -f inbox/*.csv
cp raw.csv archive/last_good.csv
echo "loaded $rows rows"
printf '{"rows":%d,"inputs":["clean/%s"],"outputs":["warehouse/%s"]}\n' "$rows" "$NAME" "$NAME" >> "$WEIR_REPORT"
