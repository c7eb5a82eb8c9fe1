#!/bin/sh
# Is web/dist what its sources make? Builds into a folder of its own and compares every byte.
set -eu
cd "$(dirname "$0")"
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent
npm run --silent check
npm run --silent build -- --outDir "$fresh" --emptyOutDir --logLevel error
if diff -r dist "$fresh" >"$fresh.diff"; then
  rm -f "$fresh.diff"
  echo "web/dist is what the sources make"
else
  cat "$fresh.diff"
  rm -f "$fresh.diff"
  echo "web/dist differs from what the sources make: run 'npm run build' in web/ and commit web/dist" >&2
  exit 1
fi
