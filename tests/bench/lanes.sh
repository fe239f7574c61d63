#!/usr/bin/env bash
# Whole runs in lanes against stock Lua, one thread: the rollout of 36 months and 81 draws, a policy
# of four rules over a million decisions, tables made in a trial, loops that trials leave at different times.
# TRIALS and PAIRS make it longer or shorter.
# SPDX-License-Identifier: Apache-2.0
cd "$(dirname "$0")"
. ./pairs.bash
trials=${TRIALS:-100000}

in_scalar() { whole_run "$scenario.yaml" "$scalar_trials" --engine scalar; }
in_lanes() { whole_run "$scenario.yaml" "$lanes_trials" --engine lanes --isa "$isa"; }

# Both runs are long enough to compare, so lanes mostly run more trials.
compare() { # WHAT SCENARIO TRIALS-IN-SCALAR TRIALS-IN-LANES WANTED WANTED-OF-AVX2
  local what=$1 scenario=$2 scalar_trials=$3 lanes_trials=$4 isa wanted ratio
  shift 4
  for isa in $(vector_sets); do
    if [ "$isa" = avx512 ]; then wanted=$1; else wanted=$2; fi
    ratio=$(times_as_fast in_scalar in_lanes)
    row "$what ($isa)" "$ratio" times "$wanted"
  done
}

compare "36 months, 81 draws" month "$trials" $((20 * trials)) ">= 25" ">= 14"
compare "policy of four rules" policy $((10 * trials)) $((10 * trials)) ">= 8" ">= 8"
compare "tables of a trial" tables $((trials / 5)) $((2 * trials)) ">= 6" ">= 6"
compare "loops of varying length" loops $((trials / 5)) $((2 * trials)) ">= 6" ">= 6"
