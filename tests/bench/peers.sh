#!/usr/bin/env bash
# The rollout of 36 months and 81 draws in lanes against the same model in numpy (chunks of arrays) and
# C (ziggurats), one thread. All of them end with means and percentiles of five columns. The
# peers' times leave out their start; lanes are timed as whole runs, as a person has them.
# TRIALS and PAIRS make it longer or shorter.
# SPDX-License-Identifier: Apache-2.0
cd "$(dirname "$0")"
. ./pairs.bash
trials=${TRIALS:-1000000}

# The first Python that has numpy: another one may come first in PATH.
python=$(for candidate in python3 /usr/bin/python3; do
  "$candidate" -c 'import numpy.random; numpy.random.PCG64DXSM' 2>/dev/null && echo "$candidate" && break
done) || true

plain_answer() { "$python" month_numpy.py plain "$trials"; }
tuned_answer() { "$python" month_numpy.py tuned "$trials"; }
c_answer() { "${BENCHES:-../../build/bench}/month_c" "$trials"; }

nanoseconds() { awk -v trials="$trials" '$1 == "seconds" { print $2 / trials * 1e9 }'; }
in_plain() { plain_answer | nanoseconds; }
in_tuned() { tuned_answer | nanoseconds; }
in_c() { c_answer | nanoseconds; }
in_lanes() { whole_run month.yaml "$trials" --engine lanes; }

# Other random numbers, the same model: how far the means are apart, in standard errors.
distance() { # ANSWER
  awk 'FNR == NR { split($0, cell, ","); if (FNR > 1) mean[cell[2]] = cell[4]; next }
       $1 in mean { seen++; z = ($2 - mean[$1]) / ($3 * sqrt(2)); z = z < 0 ? -z : z; if (z > most) most = z }
       END { if (seen != 5) exit 1; print most }' \
    <("$pilotage" run month.yaml --quiet -n "$trials" --format csv) <("$1")
}

against() { # NAME ANSWER TIME WANTED
  local ratio apart
  ratio=$(times_as_fast "$3" in_lanes)
  apart=$(distance "$2")
  row "lanes against $1" "$ratio" times "$4"
  row "  its means from those of lanes, at most" "$apart" "std. errors" "<= 4"
}

if [ -n "$python" ]; then
  against "numpy in chunks" plain_answer in_plain ">= 3.5"
  against "numpy tuned by hand" tuned_answer in_tuned ">= 3.5"
else
  echo "no python3 with numpy here (Debian: python3-numpy): not compared with it"
fi
against "C with ziggurats" c_answer in_c "> 1"
