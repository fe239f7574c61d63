#!/usr/bin/env bats
# Goals with a month: met by then.
# SPDX-License-Identifier: Apache-2.0
load common

# Trial t of 1000 has a uniform u: its cumulative cash is above 0 in month ceil(10 u) only, so that P(met
# by month m) is m / 10; the payback comes in that month too, or never in the last two.
ladder() { # OUTPUTS
  write ladder.lua <<'LUA'
return function(x)
  local first, cash = math.ceil(10 * x.u), {}
  for month = 1, 12 do cash[month] = month == first and 1.0 or -1.0 end
  return { cash = cash, payback = first > 8 and math.huge or first, sum = x.u }
end
LUA
  printf 'rollout: ladder.lua\ntrials: 1000\ninputs: {u: {uniform: [0, 1]}}\noutputs:\n%s\n' "$1" >ladder.yaml
}

curve() { # the numbers of "met_by_month", one a line
  sed -n 's/.*"met_by_month": \[\(.*\)\].*/\1/p' | tr ',' '\n' | awk '{ printf "%g\n", $1 }'
}

goals_of() { # what the answer says of goals
  "$PILOTAGE" run ladder.yaml --quiet "$@" | sed -n '/^Goals of series/,/^$/p;/^Warning/p'
}

@test "a goal of a series with a month: met when the test holds in some month by then" {
  ladder '  cash: {goal: {test: at least 0, by: 4}}'
  run -0 goals_of
  [ "$output" = 'Goals of series: met in some month by then
  series  goal                   P(met by then), 95 % interval
  ──────  ─────────────────────  ─────────────────────────────
  cash    at least 0 by month 4         41.9% (38.9% to 45.0%)' ]
}

@test "the curve in JSON is the share of trials that met the goal by each month" {
  ladder '  cash: {goal: {test: at least 0, by: 4, chance: 0.9, required: true}}
  payback: {goal: {by: 5}}'
  run -1 "$PILOTAGE" run ladder.yaml --quiet --format json --output answer.json
  "$PILOTAGE" run ladder.yaml --quiet --samples samples.csv --output /dev/null || true
  # What the samples say, counted outside.
  awk -F, 'NR > 1 { first = int(10 * $3); if (first < 10 * $3) first++; n[first]++ }
    END { for (m = 1; m <= 12; m++) { sum += n[m]; printf "%g\n", sum / 1000 } }' samples.csv >expected.txt
  grep -A 12 '"series_goals"' answer.json >goal.txt
  diff <(curve <goal.txt) expected.txt
  grep -q '"by": 4' goal.txt
  grep -q '"chance": 0.9' goal.txt
  grep -q '"missed": true' goal.txt
  # The payback never comes after month 8, so its curve ends there; its P(goal) is that of month 5.
  sed -n '/"payback"/,/"histogram"/p' answer.json >payback.txt
  diff <(curve <payback.txt) <(head -n 8 expected.txt)
  grep -q '"test": "by month 5"' payback.txt
  [ "$(sed -n 's/.*"probability": \(.*\),/\1/p' payback.txt | head -c 5)" = "$(sed -n 5p expected.txt)" ]
}

@test "a required goal with a month that is missed: told, and exit status 1" {
  ladder '  cash: {goal: {test: at least 0, by: 4, chance: 0.9, required: true}}'
  run -1 "$PILOTAGE" run ladder.yaml --quiet
  [[ $output == *'Warning: Required goal missed: cash at least 0 by month 4 was to hold with a chance of at least'* ]]
  ladder '  cash: {goal: {test: at least 0, by: 10, chance: 0.9, required: true}}'
  run -0 "$PILOTAGE" run ladder.yaml --quiet
}

@test "a month alone is for an output that is a month, and never is not by then" {
  ladder '  payback: {goal: {by: 12}}'
  run -0 "$PILOTAGE" run ladder.yaml --quiet --format csv
  # u is below 0.8 in 80 % of the trials.
  [[ $output =~ ,by\ month\ 12,0\.(79|8|80)[0-9]* ]]
}

# unjudged OUTPUTS MESSAGE: run says why the goal was not judged; required, it is missed.
unjudged() {
  ladder "$1"
  run -1 "$PILOTAGE" run ladder.yaml --quiet --output answer.txt
  [[ "$(tr -s '\n ' ' ' <answer.txt)" == *"Warning: $2 The required goal is missed."* ]] || { cat answer.txt; return 1; }
}

@test "a goal whose month does not fit the output is not judged, and says where it stands" {
  unjudged '  cash: {goal: {test: at least 0, by: 13, required: true}}' \
    'cash: the goal is for month 13, and the series has 12 (ladder.yaml:5:16).'
  unjudged '  cash: {goal: {by: 3, required: true}}' 'cash: cash is a series, so the goal also needs what is to '\
'hold by month 3: goal: {test: at least 0, by: 3} (ladder.yaml:5:16).'
  unjudged '  sum: {goal: {test: at least 0, by: 3, required: true}}' 'sum: a goal with a test and a month is for '\
'a series; an output that is itself a month takes the month alone: goal: {by: 3} (ladder.yaml:5:15).'
  unjudged '  cash: {goal: {test: at least 0, required: true}}' \
    'cash: a goal needs one number a trial, and cash is a series, a record or texts.'
}

@test "check says when the series has no such month" {
  ladder '  cash: {goal: {test: at least 0, by: 13}}'
  run -0 "$PILOTAGE" check ladder.yaml
  [[ $output == *'ladder.yaml:5:16: advice: output "cash": the goal is for month 13, and the series had 12 in '\
'the trials of this check'* ]]
  ladder '  cash: {goal: {test: at least 0, by: 12}}'
  run -0 "$PILOTAGE" check ladder.yaml
  [[ $output != *advice* ]]
}

@test "what is no month is refused with its place" {
  local bad
  for bad in '0 from 1 to 100000' '-1 from 1 to 100000' '100001 from 1 to 100000' '1.5'; do
    ladder "  cash: {goal: {test: at least 0, by: ${bad%% *}}}"
    run -2 "$PILOTAGE" run ladder.yaml --quiet
    local range=${bad#"${bad%% *}"}
    [ "$output" = "pilotage: ladder.yaml:5:39: output \"cash\": goal: by (a month): expected a whole \
number$range, found ${bad%% *}" ] || { echo "$output"; return 1; }
  done
  ladder '  cash: {goal: {tset: at least 0, by: 3}}'
  run -2 "$PILOTAGE" run ladder.yaml --quiet
  [[ $output == 'pilotage: ladder.yaml:5:17: '*'"tset"'*'did you mean "test"?' ]]
}
