#!/bin/sh
# The NEON kernel, compiled for aarch64 and run under qemu-user: neon_test.sh SOURCE BUILD. Skipped where there is no compiler for it.
set -eu
cc=${AARCH64_CC:-aarch64-linux-gnu-gcc}
command -v "$cc" >/dev/null 2>&1 && command -v qemu-aarch64 >/dev/null 2>&1 || { echo "1..0 # SKIP no compiler for aarch64"; exit 0; }
cd "$1"
out=$2/neon_test
# shellcheck disable=SC2086
$cc -std=gnu17 -O2 -D_GNU_SOURCE -ffp-contract=off -Wall -Wextra -Werror -Wno-psabi -march=armv8.2-a+dotprod -static -Isrc \
  -include src/base/avoid.h -o "$out" tests/neon_test.c src/engine/encode/kernel_neon.c src/engine/encode/kernel_scalar.c -lm
exec qemu-aarch64 "$out"
