#!/bin/sh
# Generated requests against a real server, judged by /openapi.json: no 5xx, no reply that does not fit its schema, the
# server alive and its memory flat. `api_fuzz.sh SERVER_FIXTURE`; 500 cases, 5,000 with WEIR_TEST_FULL.
# The tool lives in a virtual environment (made by scripts/setup test; WEIR_VENV, default .deps/venv).
set -eu
here=$(dirname "$(readlink -f "$0")")
venv=${WEIR_VENV:-$here/../.deps/venv}
if [ ! -x "$venv/bin/st" ]; then
    echo "1..0 # SKIP schemathesis is not installed in $venv"
    exit 0
fi
exec python3 "$here/api_fuzz.py" "$1" "$venv/bin/st"
