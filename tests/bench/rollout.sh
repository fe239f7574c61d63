#!/usr/bin/env bash
# Trials a second of a 36-month trial with 81 draws, one thread and two; the first answer of 1,000
# trials; memory beside the columns. Ratios come from runs in turn, so that noise hits both.
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")"
pilotage=${PILOTAGE:-../../build/pilotage}
trials=${TRIALS:-200000}

seconds() { # COMMAND…: the fastest of five
  local best= start took
  for _ in 1 2 3 4 5; do
    start=$(date +%s%N)
    "$@" >/dev/null
    took=$(($(date +%s%N) - start))
    if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
  done
  awk -v ns="$best" 'BEGIN { printf "%.6f", ns / 1e9 }'
}

one=$(seconds "$pilotage" run month.yaml -n "$trials" --threads 1 --quiet)
two=$(seconds "$pilotage" run month.yaml -n "$trials" --threads 2 --quiet)
first=$(seconds "$pilotage" run month.yaml -n 1000 --quiet)
awk -v n="$trials" -v one="$one" -v two="$two" -v first="$first" 'BEGIN {
  printf "36 months, 81 draws, one thread\t%.0f\ttrials/s\t>= 50000\n", n / one
  printf "two threads against one\t%.2f\ttimes\t>= 1.9\n", one / two
  printf "answer of 1,000 trials\t%.1f\tms\t<= 30\n", first * 1000 }'

columns_kib=$((5 * 8 * 1000000 / 1024))
peak_kib=$(/usr/bin/time -f %M "$pilotage" run month.yaml -n 1000000 --quiet 2>&1 >/dev/null | tail -n 1)
awk -v peak="$peak_kib" -v columns="$columns_kib" 'BEGIN {
  printf "memory beside the columns of 1,000,000 trials\t%.1f\tMiB\t<= 32\n", (peak - columns) / 1024 }'
