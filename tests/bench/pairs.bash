# Shared by the benchmarks in shell: paired timings and what to make of them. Sourced, not run.
# A busy minute slows both of a pair, so the middle of the pairs' ratios holds where the ratio of two
# best times would not. PAIRS says how many pairs.
# SPDX-License-Identifier: Apache-2.0

# A failed run ends the benchmark: it would look like a fast one.
set -eu -o pipefail
shopt -s inherit_errexit

pilotage=${PILOTAGE:-../../build/pilotage}
pairs=${PAIRS:-7}
"$pilotage" --version >/dev/null

middle() { # of numbers, one a line
  sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

in_pairs() { # FIRST SECOND: what the two functions print, a pair a line; each goes first in turn
  local pair first second
  for pair in $(seq "$pairs"); do
    if [ $((pair % 2)) -eq 1 ]; then
      first=$($1)
      second=$($2)
    else
      second=$($2)
      first=$($1)
    fi
    echo "$first $second"
  done
}

times_as_fast() { # SLOW FAST: functions that print what a trial takes
  in_pairs "$1" "$2" | awk '{ print $1 / $2 }' | middle
}

clocked() { # COMMAND…: seconds by the clock and of processor time
  local TIMEFORMAT='%3R %3U %3S'
  { time "$@" >/dev/null 2>&3; } 3>&2 2>&1 | awk '{ print $1, $2 + $3 }'
}

# What a trial takes of processor time in a whole run with one thread, in ns.
whole_run() { # SCENARIO TRIALS OPTION…
  local scenario=$1 trials=$2
  shift 2
  clocked "$pilotage" run "$scenario" --quiet --threads 1 -n "$trials" "$@" |
    awk -v trials="$trials" '{ print $2 / trials * 1e9 }'
}

vector_sets() { # the instruction sets that this processor has
  local isa
  for isa in avx512 avx2; do
    if "$pilotage" run month.yaml -n 1 --isa "$isa" --quiet >/dev/null 2>&1; then echo "$isa"; fi
  done
}

row() { # WHAT VALUE UNIT [WANTED]
  awk -v what="$1" -v value="$2" -v unit="$3" -v wanted="${4:-}" 'BEGIN {
    printf "%s\t%s\t%s%s\n", what, value + 0 == value ? sprintf("%.*f", value < 10 ? 2 : 1, value) : value,
      unit, wanted == "" ? "" : "\t" wanted }'
}
