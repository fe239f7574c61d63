#!/usr/bin/env bats
# The shipped scenarios of rollouts: they run wholly in lanes, answer what a planner asks, add up, and say
# what is wrong with a plan. (That lanes and stock Lua agree on them: engine.bats.)
# SPDX-License-Identifier: Apache-2.0
load common

SCENARIOS=(chatbot personalisation)
# What each has to answer, besides series and risks by name.
OUTPUTS='npv roi payback total_cost peak_funding errors reviewer_hours months_over_capacity full_scale stopped'
WAYS=$'phased\nbig bang\nphased with gates\ngates with option to stop'

# samples NAME TRIALS: its trials in samples.csv, its answer in answer.txt.
samples() {
  "$PILOTAGE" run "$ROOT/scenarios/$1.yaml" -n "$2" --quiet --explain-engine --samples samples.csv \
    --output answer.txt
}

# of AWK: run over the samples, in which $col[NAME] is a column and $1 the variant.
of() {
  awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
    '"$1" samples.csv
}

@test "every trial of the shipped scenarios runs in lanes, every output is there, never not a number" {
  local name output
  for name in "${SCENARIOS[@]}"; do
    run -0 samples "$name" 2000
    grep -qE '^ *in stock Lua +0 trials$' answer.txt || { sed -n '/What ran/,$p' answer.txt; return 1; }
    run ! grep -q 'not a number' answer.txt
    for output in $OUTPUTS 'risk\.[a-z_]+' 'cash\[36\]'; do
      head -n 1 samples.csv | grep -qE "(^|,)$output(,|\$)" || { echo "$name has no $output"; return 1; }
    done
  done
}

@test "each has the four ways to scale and at least two questions more" {
  local name way
  for name in "${SCENARIOS[@]}"; do
    samples "$name" 16
    while read -r way; do
      grep -qxF "$way" answer.txt || { echo "$name has no variant $way"; return 1; }
    done <<<"$WAYS"
    [ "$(of '!seen[$1]++ { n++ } END { print n }')" -ge 6 ]
  done
}

@test "in each trial the present value, the payback and the peak are those of the monthly cash" {
  local name
  for name in "${SCENARIOS[@]}"; do
    samples "$name" 300
    run -0 of '
      function off(a, b) { d = a - b; return d > 0.01 || d < -0.01 }
      {
        npv = balance = lowest = 0; payback = 1
        for (m = 1; m <= 36; m++) {
          cash = $col["cash[" m "]"]
          npv += cash / 1.08 ^ (m / 12)
          balance += cash
          if (balance < 0) payback = m + 1
          if (balance < lowest) lowest = balance
        }
        if (balance < 0) payback = "inf"
        if (off(npv, $col["npv"]) || off(-lowest, $col["peak_funding"]) || payback != $col["payback"]) {
          print $1, $2, npv, payback, lowest; exit 1
        }
      }'
  done
}

# more OUTPUT A B: variant A has more of it than B on average, by four standard errors of the difference.
more() {
  of '$1 == "'"$2"'" || $1 == "'"$3"'" { v[$1, $2] = $col["'"$1"'"]; if ($2 > n) n = $2 }
    END {
      for (t = 1; t <= n; t++) { d = v["'"$2"'", t] - v["'"$3"'", t]; sum += d; squares += d * d }
      mean = sum / n; error = sqrt((squares / n - mean * mean) / n)
      print "'"$1: $2 less $3"': " mean " (error " error ")"
      exit !(mean > 4 * error)
    }'
}

@test "the variants differ as they should: stopping saves, mitigation mitigates, haste costs errors" {
  local name
  for name in "${SCENARIOS[@]}"; do
    samples "$name" 2000
    more npv 'gates with option to stop' 'phased with gates'
    more peak_funding 'phased with gates' 'gates with option to stop'
    more errors 'big bang' phased
    more errors phased 'phased with gates'
    more total_cost 'risks mitigated' phased
    more npv phased 'quarterly review'
    of '$1 != "gates with option to stop" && $col["stopped"] != 0 { exit 1 }'
    # A plan that gave up has no cash after the month in which it was taken down.
    of '$1 == "gates with option to stop" && $col["stopped"] == 1 { n++; if ($col["cash[36]"] != 0) late++ }
      END { exit !(n > 50 && late < n / 20) }'
  done
  samples chatbot 2000
  more risk.outage phased 'risks mitigated'
  more npv phased 'little change management'
  more reviewer_hours 'surer answers' phased
  more errors phased 'surer answers'
  samples personalisation 2000
  more risk.feed_stops phased 'risks mitigated'
  more errors decentralised centralised
}

@test "the pilot's effect is shrunk as the formula says, and stays as uncertain as it says" {
  # 0.0007 + w (0.02 - 0.0007) with w = 0.0051^2 / (0.0051^2 + 0.006^2); sd 0.006 sqrt(w).
  samples personalisation 4000
  of '$1 == "phased" { n++; e = $col["effect"]; sum += e; squares += e * e }
    END {
      w = 0.0051 ^ 2 / (0.0051 ^ 2 + 0.006 ^ 2); m = sum / n; sd = sqrt(squares / n - m * m)
      want = 0.0007 + w * 0.0193; spread = 0.006 * sqrt(w)
      print m, want, sd, spread
      exit !((m - want) ^ 2 < (4.5 * spread) ^ 2 / n && (sd / spread - 1) ^ 2 < (4.5 ^ 2) / (2 * n))
    }'
}

# gated AT_LEAST: personalisation with gates that ask for so much, where the true effect stays 0.0088 in the
# pilot's category and 0.0083 in others, and the test is so large that luck plays no part.
gated() {
  local set=() change
  for change in luck=0 sessions=1e12 control_group=1e11 capacity.per_unit=1e12 spread=0 ideas_keep=1 \
    upkeep.drifts.1.size=0 upkeep.drifts.2.chance=0 systems.1.fails=0 systems.2.fails=0 \
    plan.stages.{2,3,4}.gate.1.at_least="$1"; do
    case $change in
      luck=* | sessions=*) set+=(--set "$change") ;;
      *) set+=(--set "settings.$change") ;;
    esac
  done
  "$PILOTAGE" run "$ROOT/scenarios/personalisation.yaml" -n 50 --quiet --variant 'phased with gates' \
    "${set[@]}" --samples samples.csv --output /dev/null
}

@test "what the gate of personalisation sees is the effect, however much months differ in what they sell" {
  gated 0.0081
  of '{ if ($col["full_scale"] != 11) { print $col["full_scale"]; exit 1 } }'
  gated 0.0089
  of '{ if ($col["full_scale"] != "inf") { print $col["full_scale"]; exit 1 } }'
}

# refused NAME PATH=VALUE MESSAGE: what a wrong plan is told, with file and line.
refused() {
  run -2 "$PILOTAGE" run "$ROOT/scenarios/$1.yaml" -n 16 --quiet --variant phased --set "$2" --output /dev/null
  [[ $output =~ "scripts/rollout/$1.lua:"[0-9]+": $3 (trial 1)"$ ]] || { echo "$output"; return 1; }
}

@test "a wrong plan is told file, line and name" {
  refused chatbot settings.plan.stages.3.month=2 \
    'stage 3: month 2 lies before month 4 of the stage before; months must not go backwards'
  refused chatbot settings.plan.stages.2.share=1.5 'stage 2: share must lie between 0 and 1, not 1.5'
  refused chatbot settings.plan.stages.2.gate.1.metric=acuracy \
    "stage 2's gate: metric must be one of accuracy, not acuracy"
  refused chatbot settings.risks.1.probability=1.2 'risk "outage": probability must lie between 0 and 1, not 1.2'
  refused chatbot settings.risks.2.impact=null \
    'risk "wrong_promise": impact must be a number or a distribution, not nil'
  refused chatbot months=48 'demand has 12 quarters (each), too few for 48 months'
  refused personalisation settings.systems.3.depends_on.1.on=serch \
    'system "till" depends on "serch", which is not a system'
  refused personalisation settings.teams.model=central \
    'organisation: model must be one of centralised, decentralised, hybrid, not central'
  refused personalisation 'settings.groups=[0.5, 0.2]' 'groups must add up to 1, not 0.7'
  refused personalisation sessions=400000 \
    "sessions in the pilot's category: control_group must lie between 1 and 50000.0, not 500000"
  refused personalisation settings.calendar.1=january \
    'calendar: january must lie between 0 and 1, not nil'
  refused personalisation 'settings.calendar=[may]' 'calendar must name 12 months, not 1'
}
