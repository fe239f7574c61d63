#!/usr/bin/env bash
# Trials a second of a 36-month trial with 81 draws in stock Lua, one thread and two; in lanes against
# stock Lua; the first answer of 1,000 trials; memory beside the columns. TRIALS and PAIRS make it longer or shorter.
# SPDX-License-Identifier: Apache-2.0
cd "$(dirname "$0")"
. ./pairs.bash
trials=${TRIALS:-200000}

scalar_threads() { # COUNT: seconds by the clock and of processor time
  clocked "$pilotage" run month.yaml --quiet -n "$trials" --engine scalar --threads "$1"
}
one_thread() { scalar_threads 1; }
two_threads() { scalar_threads 2; }

first_answer() { # milliseconds, the best of five
  local start
  for _ in 1 2 3 4 5; do
    start=$(date +%s%N)
    "$pilotage" run month.yaml -n 1000 --quiet >/dev/null
    echo $((($(date +%s%N) - start) / 1000))
  done | sort -n | awk 'NR == 1 { print $1 / 1000 }'
}

times=$(in_pairs one_thread two_threads) # clock and processor of one thread, then of two
best_one=$(awk '{ print $1 }' <<<"$times" | sort -n | head -n 1)
middle_one=$(awk '{ print $1 }' <<<"$times" | middle)
ratio=$(awk '{ print $1 / $3 }' <<<"$times" | middle)
processor=$(awk '{ print $2 }' <<<"$times" | middle)
same_work=$(awk '{ print $4 / $2 }' <<<"$times" | middle)
first=$(first_answer)
awk -v n="$trials" -v best="$best_one" -v usual="$middle_one" -v ratio="$ratio" -v first="$first" \
  -v processor="$processor" -v same_work="$same_work" 'BEGIN {
  printf "36 months, 81 draws, one thread, best run\t%.0f\ttrials/s\t>= 50000\n", n / best
  printf "the same, middle run\t%.0f\ttrials/s\n", n / usual
  printf "the same, per second of processor time\t%.0f\ttrials/s\n", n / processor
  printf "processor time of two threads against one\t%.3f\ttimes\n", same_work
  printf "two threads against one, middle of pairs\t%.2f\ttimes\t>= 1.9\n", ratio
  printf "answer of 1,000 trials\t%.1f\tms\t<= 30\n", first }'

# Needs the command of the Debian package `time`.
[ -x /usr/bin/time ] || exit 0
columns_kib=$((5 * 8 * 1000000 / 1024))
peak_kib=$(/usr/bin/time -f %M "$pilotage" run month.yaml -n 1000000 --quiet 2>&1 >/dev/null | tail -n 1)
awk -v peak="$peak_kib" -v columns="$columns_kib" 'BEGIN {
  printf "memory beside the columns of 1,000,000 trials\t%.1f\tMiB\t<= 32\n", (peak - columns) / 1024 }'
