#!/usr/bin/env bash
# The rollout of 36 months and 81 draws in lanes against the same model in numpy (chunks of arrays) and
# in plain C (ziggurats), one thread. All of them end with means and percentiles of five columns. The
# peers' times leave out their start; lanes are timed as whole runs, as a person has them.
# TRIALS and PAIRS make it longer or shorter.
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")"
. ./pairs.bash
trials=${TRIALS:-1000000}

# The first Python that has numpy: another one may come first in PATH.
python=$(for candidate in python3 /usr/bin/python3; do
  "$candidate" -c 'import numpy.random; numpy.random.PCG64DXSM' 2>/dev/null && echo "$candidate" && break
done) || true

numpy_answer() { OPENBLAS_NUM_THREADS=1 "$python" month_numpy.py "$trials"; }
c_answer() { "${BENCHES:-../../build/bench}/month_c" "$trials"; }

seconds_of() { awk -v trials="$trials" '$1 == "seconds" { print $2 / trials * 1e9 }'; }
in_numpy() { numpy_answer | seconds_of; }
in_c() { c_answer | seconds_of; }
in_lanes() { whole_run month.yaml "$trials" --engine lanes; }

# Other random numbers, the same model: how far the means are apart, in standard errors.
distance() { # ANSWER
  awk 'FNR == NR { split($0, cell, ","); if (FNR > 1) mean[cell[2]] = cell[4]; next }
       $1 in mean { seen++; z = ($2 - mean[$1]) / ($3 * sqrt(2)); z = z < 0 ? -z : z; if (z > most) most = z }
       END { print seen == 5 ? most : "no like outputs" }' \
    <("$pilotage" run month.yaml --quiet -n "$trials" --format csv) <("$1")
}

against() { # NAME ANSWER TIME WANTED
  row "lanes against $1" "$(times_as_fast "$3" in_lanes)" times "$4"
  row "means of $1 and of lanes, farthest apart" "$(distance "$2")" "std. errors" "<= 4"
}

if [ -n "$python" ]; then
  against "numpy in chunks" numpy_answer in_numpy ">= 3.5"
else
  echo "no python3 with numpy here (Debian: python3-numpy): not compared with it"
fi
against "plain C" c_answer in_c "> 1"
