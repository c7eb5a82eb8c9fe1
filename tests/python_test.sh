#!/bin/sh
# Build the Python package as a user would, install it into a folder of the build, and run its tests against that.
#   python_test.sh SOURCE WORK WEIR
set -eu
source=$1 work=$2
export WEIR_PROGRAM=$(realpath "$3") # trains the models that the package reads
python=$source/.deps/python/bin/python
if [ ! -x "$python" ]; then
  echo "1..0 # SKIP the packages that build it are missing: scripts/setup test"
  exit 0
fi
rm -rf "$work"
mkdir -p "$work"
if command -v ccache >/dev/null 2>&1; then export CC="ccache gcc"; fi
cd "$source/ext/python"
"$python" -m pip -q --disable-pip-version-check wheel --no-build-isolation --no-deps -w "$work" .
"$python" -m pip -q --disable-pip-version-check install --no-deps --target "$work/site" "$work"/weir-*.whl
cd "$work"
PYTHONPATH=$work/site exec "$python" "$source/tests/tap_unittest.py" "$source/ext/python/tests"
