#!/bin/sh
# Clean the file in an in-memory table: bad rows out, names in lower case, the amount in cents. Delivers to the inbox.
set -eu
rm -f out.csv
# .import goes on after an error and exits 0, so whatever it complains about fails the step.
sqlite3 -bail :memory: 2> errors.txt <<SQL || true
.import --csv raw.csv raw
.headers on
.mode csv
.once out.csv
SELECT id, lower(name) AS name, CAST(round(amount * 100) AS INTEGER) AS cents, substr(note, 1, 40) AS note
FROM raw WHERE id <> '' ORDER BY name, id;
SQL
if [ -s errors.txt ]; then
  tail -n 5 errors.txt >&2
  exit 1
fi
rows=$(($(wc -l < out.csv) - 1))
rm -f inbox/*.csv
cp out.csv inbox/part-1.csv
echo "cleaned $rows rows"
printf '{"rows":%d,"inputs":["raw/%s"],"outputs":["clean/%s"]}\n' "$rows" "$NAME" "$NAME" >> "$WEIR_REPORT"
