#!/bin/sh
# Fetch today's file from the source. Environment: NAME, SOURCE.
set -eu
mkdir -p inbox archive
curl -fsS --max-time 1 -o raw.csv "$SOURCE"
rows=$(($(wc -l < raw.csv) - 1))
bytes=$(wc -c < raw.csv)
echo "fetched $rows rows from $SOURCE"
printf '{"rows":%d,"bytes":%d,"outputs":["raw/%s"]}\n' "$rows" "$bytes" "$NAME" >> "$WEIR_REPORT"
