#!/usr/bin/env bash
# Runs the tests that stand in tests/ against a build and adds them up.
#   tests/run.sh [BUILD [KIND…]]    BUILD: folder of the build (build); KIND: unit fuzz cli script, or lanes
# Passing tests are one line a file, failing files are shown in full. A file counts by its TAP lines, else
# by its own last line "N passed, N failed", else as one test by its exit status.
# The last line is "N passed, N failed", with ", N skipped" where tests were.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
[ $# -gt 0 ] && shift
kinds=${*:-unit fuzz cli script}
limit_seconds=${TEST_SECONDS:-900} # for one file: only stops a test that hangs

export LC_ALL=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=TAP
case $build in
  /*) folder=$build ;;
  *) folder=$PWD/$build ;;
esac
export PILOTAGE=$folder/pilotage BUILD=$build
export UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=1
unset NO_COLOR MAKEFLAGS MAKELEVEL MFLAGS
output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0 skipped=0

# The data-race checker needs addresses that are not shuffled too far.
launch=
case $build in
  *tsan*) setarch "$(uname -m)" -R true 2>/dev/null && launch="setarch $(uname -m) -R" ;;
esac

# Counts one file's output: prints "passed failed skipped". An exit status that its own count
# does not explain (a crash, a plan cut short) is one more failure.
count_output() { # STATUS
  awk -v status="$1" '
    /^1\.\.[0-9]+/ { planned += substr($0, 4); tap = 1 }
    /^(not )?ok [0-9]*.*# *[Ss][Kk][Ii][Pp]/ { skipped++; tap = 1; next }
    /^ok([ \t]|$)/ { passed++; tap = 1 }
    /^not ok([ \t]|$)/ { failed++; tap = 1 }
    /^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ { sum = $0 }
    END {
      if (!tap && sum != "") { split(sum, n, " "); passed = n[1]; failed = n[3]; skipped = n[5] }
      else if (!tap) { if (status == 0) passed = 1 }
      seen = passed + failed + skipped
      if (tap && planned > seen) failed += planned - seen
      if (status != 0 && failed == 0) failed = 1
      printf "%d %d %d\n", passed, failed, skipped
    }' "$output"
}

# Each skipped test with what it said before (cmocka has no place for the reason in the line).
show_skips() {
  awk '
    /^(not )?ok [0-9]*.*# *[Ss][Kk][Ii][Pp]/ { print held "    " $0 }
    /^(not )?ok |^1\.\./ { held = ""; next }
    /^skipped: / { print "    " $0; next }
    { held = held "    " $0 "\n" }' "$output"
}

run_file() { # NAME COMMAND…
  local name=$1 status counts file_passed file_failed file_skipped
  shift
  { timeout --foreground --kill-after=5 "$limit_seconds" $launch "$@" >"$output" 2>&1 </dev/null; } 2>/dev/null
  status=$?
  counts=$(count_output "$status")
  read -r file_passed file_failed file_skipped <<<"$counts"
  passed=$((passed + file_passed)) failed=$((failed + file_failed))
  skipped=$((skipped + file_skipped))
  printf '%-32s %4d passed' "$name" "$file_passed"
  [ "$file_failed" -gt 0 ] && printf ', %d FAILED' "$file_failed"
  [ "$file_skipped" -gt 0 ] && printf ', %d skipped' "$file_skipped"
  printf '\n'
  if [ "$file_failed" -gt 0 ]; then
    grep -v '^ok ' "$output" | sed 's/^/    /'
    [ "$status" -eq 124 ] && echo "    stopped after $limit_seconds seconds"
    [ "$status" -gt 128 ] && echo "    ended by signal $((status - 128))"
  else
    show_skips
  fi
}

for kind in $kinds; do
  case $kind in
    unit | fuzz)
      for source in tests/"$kind"_*.c; do
        [ -e "$source" ] || continue
        name=$(basename "$source" .c)
        run_file "$name" "$build/tests/$name"
      done ;;
    lanes) # what shows that lanes and stock Lua agree
      for name in $(sed -n 's/^LANES_TESTS = //p' Makefile); do
        run_file "$name" "$build/tests/$name"
      done
      run_file cli/engine.bats bats --tap tests/cli/engine.bats ;;
    cli)
      for file in tests/cli/*.bats; do
        [ -e "$file" ] && run_file "cli/$(basename "$file")" bats --tap "$file"
      done ;;
    script)
      for file in tests/*.sh; do
        case $file in
          tests/run.sh | tests/house.sh) ;; # this one, and the one that reads the sources only
          *) run_file "$(basename "$file")" bash "$file" ;;
        esac
      done ;;
    *)
      echo "tests/run.sh: there is no kind of test called \"$kind\"" >&2
      exit 2 ;;
  esac
done

printf '%d passed, %d failed' "$passed" "$failed"
[ "$skipped" -gt 0 ] && printf ', %d skipped' "$skipped"
printf '\n'
[ "$failed" -eq 0 ]
