#!/bin/sh
# What libweir shows and needs: LIBRARY. Names of ours begin with weir_, and nothing but libc is needed.
set -u
echo 1..2
strange=$(nm -D --defined-only "$1" | awk '{ print $3 }' | grep -v '^weir_')
if [ -z "$strange" ]; then echo "ok 1 - it exports weir_* alone"; else echo "not ok 1 - it exports $strange"; fi
needed=$(objdump -p "$1" | awk '$1 == "NEEDED" && $2 !~ /^(libc|libm|lib(a|t|ub)san)\.so/ { print $2 }')
if [ -z "$needed" ]; then echo "ok 2 - it needs libc alone"; else echo "not ok 2 - it needs $needed"; fi
