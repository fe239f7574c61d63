#!/usr/bin/env bats
# The modules of scripts/library: each runs wholly in lanes, to the bit as in stock Lua, and answers
# what tests/golden/library.csv says (make_library.py, by other means). Wrong fields are named.
# SPDX-License-Identifier: Apache-2.0
load common

LIBRARY=$ROOT/tests/library
GOLDEN=$ROOT/tests/golden/library.csv

# Kinds: `value` within the tolerance in every trial, `mean` within 4.5 standard errors and the tolerance.
COMPARE='
function size(x) { return x < 0 ? -x : x }
function bad(what) { if (++faults <= 20) print what }
FNR == NR {
  if ($1 == module) { n++; variant[n] = $2; output[n] = $3; kind[n] = $4; wanted[n] = $5; tolerance[n] = $6 }
  next
}
FNR == 1 {
  for (i = 1; i <= NF; i++) column[$i] = i
  for (j = 1; j <= n; j++) if (!(output[j] in column)) bad(output[j] " is no output")
  next
}
{
  for (j = 1; j <= n; j++) {
    found = $column[output[j]]
    if (variant[j] != $1 || !(output[j] in column) || found !~ /[0-9]|inf/) continue
    seen[j]++
    if (kind[j] == "mean") { sum[j] += found; squares[j] += found * found }
    else if (found != wanted[j] && !(size(found - wanted[j]) <= tolerance[j]) && !told[j]++)
      bad($1 ", trial " $2 ", " output[j] ": " found " instead of " wanted[j])
  }
}
END {
  for (j = 1; j <= n; j++) {
    if (!seen[j]) { bad(variant[j] ", " output[j] ": in no trial"); continue }
    if (kind[j] != "mean") continue
    mean = sum[j] / seen[j]
    spread = squares[j] / seen[j] - mean * mean
    error = sqrt((spread > 0 ? spread : 0) / seen[j])
    if (!(size(mean - wanted[j]) <= 4.5 * error + tolerance[j]))
      bad(variant[j] ", mean of " output[j] ": " mean " (error " error ") instead of " wanted[j])
  }
  print n " lines compared, " faults + 0 " wrong"
  exit faults > 0 || n < 10
}'

# agree MODULE: its scenario runs wholly in lanes, as in stock Lua, and with the known answers.
agree() {
  local file=$LIBRARY/$1.yaml engine
  for engine in scalar lanes; do
    "$PILOTAGE" run "$file" -n 300 --engine $engine --quiet --samples $engine.csv --output /dev/null
  done
  cmp scalar.csv lanes.csv
  "$PILOTAGE" run "$file" --quiet --explain-engine --samples samples.csv --output answer.txt
  grep -qE '^ *in stock Lua +0 trials$' answer.txt || { sed -n '/What ran/,$p' answer.txt; return 1; }
  run awk -F , -v module="$1" "$COMPARE" "$GOLDEN" samples.csv
  echo "$1: $output"
  ((status == 0))
}

@test "statistics: normal and t distribution, t quantiles for whole and broken degrees of freedom" {
  agree statistics
}

@test "finance: present value, rates of return (none, one, several), payback, funding, cost by kind" {
  agree finance
}

@test "adoption: Bass, logistic and ramp as their equations, levers, resistance, noise" {
  agree adoption
}

@test "kpi: definitions, lag, window and noise" {
  agree kpi
}

@test "drift: shapes, causes, the right and the wrong remedy, the diagnosis" {
  agree drift
}

@test "upkeep: drift, review, diagnosis and remedy as one loop" {
  agree upkeep
}

@test "monitor: run lengths of CUSUM and Page-Hinkley, reviews, false alarms, what people say" {
  agree monitor
}

@test "refine: cost, lead time, effect, fatigue, taking back" {
  agree refine
}

@test "experiment: sample size, power, tests, bounds" {
  agree comparison
}

@test "experiment: false positives and power of fixed, naive, Pocock and O'Brien-Fleming gates" {
  agree experiment
}

# refused MODULE CODE MESSAGE: the error that CODE raises, with the script's file and line.
refused() {
  write wrong.lua <<LUA
local M = require "library.$1"
return function(x, p)
  local found = $2
  return { found = 1 }
end
LUA
  printf 'rollout: wrong.lua\ntrials: 3\ninputs: {u: {uniform: [1.2, 1.3]}}\n' >wrong.yaml
  run -2 "$PILOTAGE" run wrong.yaml --quiet
  [[ $output == *"wrong.lua:3: $3"* ]] || { echo "$2: $output"; return 1; }
}

@test "a wrong field is an error that names module, field and what was expected, at the script's line" {
  local bass='name = "a", model = "bass", innovation = 0.1, imitation = 0.3'
  refused adoption "M.new{ $bass, ceiling = 1.2 }" 'adoption: ceiling must lie between 0 and 1, not 1.2'
  refused adoption "M.new{ $bass, ceiling = x.u }" 'adoption: ceiling must lie between 0 and 1, not 1.2'
  refused adoption "M.new{ $bass }" 'adoption: ceiling must lie between 0 and 1, not nil'
  refused adoption "M.new{ $bass, ceilling = 1 }" 'adoption: there is no field "ceilling"; the fields are name, '
  refused adoption 'M.new{ name = "a", model = "s-curve" }' 'adoption: model must be one of bass, logistic, ramp, not s-curve'
  refused adoption 'M.new{ name = "a", model = "ramp", months = 0, ceiling = 1 }' 'adoption: months must be at least 1, not 0'
  refused refine 'M.new{ name = "a", kind = "data", cost = 1, months = 2.5, effect = 0 }' \
    'refine: months must be a whole number and lie between 1 and 1200, not 2.5'
  refused kpi 'M.new{ kind = "leading" }' 'kpi: name must be a text (its draws are named after it), not nil'
  refused kpi 'M.new{ name = "a", kind = "leading", lag = 2 }' 'kpi: lag must be a whole number and lie between 0 and 0, not 2'
  refused kpi 'M.new{ name = "a", kind = "leading", noise = 1, sample = 3 }' 'kpi: give noise or sample, not both'
  refused drift 'M.new{ name = "a", kind = "sudden", cause = "data", size = 0.1, chance = 1.2 }' \
    'drift: chance must lie between 0 and 1, not 1.2'
  refused monitor 'M.cusum{ target = 1, sd = -1 }' 'monitor: sd must be '
  refused monitor 'M.cadence{ name = "a", cadence = "hourly" }' 'monitor: cadence must be one of daily, weekly, '
  refused refine 'M.new{ name = "a", kind = "ui" }' 'refine: kind must be one of algorithm, data, strategy, interface, not ui'
  refused experiment 'M.new{ name = "a", measure = "share", rule = "pocock", looks = 12, group = 10 }' \
    'experiment: pocock is known for alpha 0.01, 0.05 and 0.1 and at most 10 looks, not 0.05 and 12'
  refused finance 'M.spend(M.costs(), "fun", 1)' 'finance: there is no kind of cost "fun"; the kinds are build, run, '
}

@test "one owner more moves no other draw" {
  write owners.lua <<'LUA'
local drift, kpi = require "library.drift", require "library.kpi"
return function(x, p)
  local list, states, out = {}, {}, { left = {} }
  for i, name in ipairs(p.names) do
    list[i] = drift.new{ name = name, kind = "sudden", cause = "data", size = 0.1, chance = 0.2 }
    states[i] = drift.start(list[i])
    for month = 1, 12 do drift.step(states[i], list[i], month) end
    out.left[name] = drift.left{ states[i] }
  end
  local k = kpi.new{ name = "orders", kind = "leading", noise = 2 }
  out.seen = kpi.step(kpi.start(k), k, 1, 10.0)
  return { law = out.left.law, rival = out.left.rival, seen = out.seen }
end
LUA
  printf 'rollout: owners.lua\ntrials: 500\ninputs: {u: {uniform: [0, 1]}}\nsettings: {names: [law, rival]}\n' >owners.yaml
  "$PILOTAGE" run owners.yaml --quiet --samples two.csv --output /dev/null
  "$PILOTAGE" run owners.yaml --quiet --samples three.csv --output /dev/null --set 'settings.names=[words, rival, law]'
  cmp two.csv three.csv
  [ "$(cut -d, -f4 two.csv | sort -u | wc -l)" -gt 3 ] # law differs from trial to trial
  run ! cmp <(cut -d, -f4 two.csv) <(cut -d, -f5 two.csv) # and from rival
}
