#!/usr/bin/env bash
# Runs the benchmarks and prints one table. `make bench` builds them first.
#   tests/bench/run.sh [BUILD [NAME…]]
# A benchmark is tests/bench/NAME.c (built as BUILD/bench/NAME) or tests/bench/NAME.sh; it prints
# lines of "what <tab> value <tab> unit", and may add "<tab> wanted".
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build}
[ $# -gt 0 ] && shift
export LC_ALL=C.UTF-8 BUILD=$build BENCHES=$PWD/$build/bench PILOTAGE=$PWD/$build/pilotage
failed=0

table() {
  awk -F '\t' 'NF >= 3 { printf "  %-48s %14s %-16s %s\n", $1, $2, $3, (NF > 3 ? "wanted: " $4 : ""); next }
               { print "  " $0 }'
}

grep -m 1 '^model name' /proc/cpuinfo 2>/dev/null | sed 's/.*: //'
for source in tests/bench/*.c tests/bench/*.sh; do
  [ -e "$source" ] && [ "$source" != tests/bench/run.sh ] || continue
  name=$(basename "${source%.*}")
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  echo "$name"
  case $source in
    *.c) "$build/bench/$name" ;;
    *.sh) bash "$source" ;;
  esac | table
  [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
done
exit "$failed"
