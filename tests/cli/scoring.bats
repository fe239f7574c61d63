#!/usr/bin/env bats
# The shipped formulas of scripts/scoring: in lanes as in stock Lua, against published tables, and what they say
# of fields that cannot be.
# SPDX-License-Identifier: Apache-2.0
load common

FORMULAS='rice ice ice_mean wsjf value_effort cost_value weighted'

# score FORMULA ITEM SETTINGS: "LABEL SCORE" as the formula returns them ("none" without a label).
score() {
  cp -r "$ROOT/scripts/library" "$ROOT/scripts/scoring" .
  write one.lua <<END
local formula = require "scoring.$1"
return function()
  local score, label = formula($2, $3)
  return { score = score, label = label or "none" }
end
END
  printf 'name: One item\nrollout: one.lua\ntrials: 1\n' >one.yaml
  "$PILOTAGE" run one.yaml --quiet --samples one.csv --output answer.txt && awk -F , 'NR == 2 { print $3, $4 }' one.csv
}

@test "every formula runs wholly in lanes, to the bit as in stock Lua" {
  local engine
  for engine in scalar lanes; do
    "$PILOTAGE" run "$ROOT/tests/scoring/items.yaml" --engine $engine --quiet --samples $engine.csv \
      --explain-engine --output $engine.txt
  done
  cmp scalar.csv lanes.csv
  grep -qE '^ *in stock Lua +0 trials$' lanes.txt || { sed -n '/What ran/,$p' lanes.txt; return 1; }
  run ! grep -q 'not a number' lanes.txt
  local formula
  for formula in $FORMULAS; do head -n 1 lanes.csv | grep -qE "(^|,)$formula(,|\$)"; done
}

@test "examples with known answers" {
  run -0 score rice '{ reach = 500, impact = 2, confidence = 0.8, effort = 4 }' '{}'
  [ "$output" = 'none 200' ]
  run -0 score ice '{ impact = 8, confidence = 7, ease = 5 }' '{}'
  [ "$output" = 'none 280' ]
  run -0 score ice_mean '{ impact = 9, confidence = 6, ease = 3 }' '{}'
  [ "$output" = 'none 6' ]
  run -0 score wsjf '{ business_value = 13, time_criticality = 5, risk_reduction = 3, job_size = 8 }' '{}'
  [ "$output" = 'none 2.625' ]
  run -0 score cost_value '{ value = 12, cost = 1 }' '{ total = { value = 99, cost = 99 } }'
  [ "$output" = 'high 12' ]
  run -0 score weighted '{ cash = 50000, trust = 8, goal = "g" }' \
    '{ weights = { cash = { weight = 3, ten = 100000 }, trust = 1 }, without_goal = 0,
       goals = { g = { metric = "hours", target = 4, deadline = "2027-06", weight = 2 } } }'
  [ "$output" = 'g 11.5' ] # (3 · 5 + 1 · 8) ÷ 4 · 2
}

@test "the four quadrants and their edges" {
  local p='{ high_value = 10, high_effort = 4 }' line
  while read -r value effort wanted; do
    run -0 score value_effort "{ value = $value, effort = $effort }" "$p"
    [[ "$output" == "$wanted "* ]] || { echo "$value $effort: $output"; return 1; }
  done <<'END'
10 3.9 quick win
10 4 big project
9.9 4 time sink
9.9 3.9 fill-in
-5 1 fill-in
END
}

@test "an item without a goal weighs what the settings say" {
  local rest='weights = { trust = 1 }, goals = {}'
  run -0 score weighted '{ trust = 8 }' "{ $rest, without_goal = 0 }"
  [ "$output" = 'no goal 0' ]
  run -0 score weighted '{ trust = 8, goal = "" }' "{ $rest, without_goal = 1 }"
  [ "$output" = 'no goal 8' ]
}

@test "fields that cannot be are named" {
  local rice='reach = 1, impact = 1'
  refuse() { # MESSAGE FORMULA ITEM SETTINGS
    run -2 score "$2" "$3" "$4"
    [[ "$output" == *"$1"* ]] || { printf '%s\ninstead of\n%s\n' "$output" "$1"; return 1; }
  }
  refuse 'rice: effort must be a number above 0, not 0' rice "{ $rice, confidence = 1, effort = 0 }" '{}'
  refuse 'rice: effort must be a number above 0, not nan' rice "{ $rice, confidence = 1, effort = 0/0 }" '{}'
  refuse 'rice: confidence must lie between 0 and 1, not 120' rice "{ $rice, confidence = 120, effort = 1 }" '{}'
  refuse 'rice: reach must be at least 0, not many' rice '{ reach = "many" }' '{}'
  refuse 'ice: ease must lie between 0 and 10, not nil' ice '{ impact = 1, confidence = 1 }' '{}'
  refuse 'ice_mean: impact must lie between 0 and 10, not 11' ice_mean '{ impact = 11 }' '{}'
  refuse 'wsjf: job_size must be a number above 0, not -1' wsjf \
    '{ business_value = 1, time_criticality = 1, risk_reduction = 1, job_size = -1 }' '{}'
  refuse 'value_effort: high_effort must be a number above 0, not nil' value_effort '{ value = 1, effort = 1 }' \
    '{ high_value = 1 }'
  refuse 'cost_value: value must be a number above 0, not 0' cost_value '{ value = 0, cost = 1 }' \
    '{ total = { value = 0, cost = 5 } }'
  local w='weights = { trust = 1 }, without_goal = 0'
  refuse 'weighted: trust must lie between 0 and 10, not 12' weighted '{ trust = 12 }' "{ $w, goals = {} }"
  refuse 'weighted: p.goals has no goal "spede"' weighted '{ trust = 1, goal = "spede" }' "{ $w, goals = { speed = {} } }"
  refuse 'weighted: goal "speed" has no deadline' weighted '{ trust = 1, goal = "speed" }' \
    "{ $w, goals = { speed = { metric = \"hours\", target = 4 } } }"
  refuse 'weighted: trust: weight must be a number above 0, not 0' weighted '{ trust = 1 }' \
    '{ weights = { trust = 0 }, goals = {}, without_goal = 0 }'
  refuse 'weighted: cash: ten must be a number above 0, not 0' weighted '{ cash = 1 }' \
    '{ weights = { cash = { weight = 1, ten = 0 } }, goals = {}, without_goal = 0 }'
}

# published FILE COLUMNS FORMULA FIELDS PLACES: rows, wrong printed scores, and inversions of a public table.
published() {
  cp -r "$ROOT/scripts/library" "$ROOT/scripts/scoring" "$ROOT/tests/scoring/published.lua" .
  write published.yaml <<END
name: A published table
rollout: published.lua
trials: 2
data: {items: {file: "$SHARED/data/backlog/$1", columns: {$2}}}
settings: {formula: $3, fields: [$4], places: $5}
END
  "$PILOTAGE" run published.yaml --quiet --samples samples.csv --output answer.txt
  awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    NR == 2 { print $at["rows"], $at["wrong"], $at["inversions"] }' samples.csv
}

ICE='impact: impact, confidence: confidence, ease: ease, printed: printed_ice, tier: item'

@test "26 published RICE scores are reach x impact x confidence / effort; 4 pairs stand the wrong way round" {
  [ -d "$SHARED/data/backlog" ] || skip "../shared/data/backlog is not here"
  run -0 published rice_wine_marketplace.csv 'reach: reach, impact: impact, confidence: confidence,
    effort: effort_person_months, printed: printed_score, tier: tier' rice 'reach, impact, confidence, effort' 1
  [ "$output" = '26 0 4' ]
}

@test "16 published WSJF scores follow to the printed digit, in their order" {
  [ -d "$SHARED/data/backlog" ] || skip "../shared/data/backlog is not here"
  local fields='business_value, time_criticality, risk_reduction, job_size'
  run -0 published wsjf_customer_messages.csv 'business_value: business_value, time_criticality: time_criticality,
    risk_reduction: risk_reduction, job_size: job_size, printed: printed_wsjf, tier: release' wsjf "$fields" 10
  [ "$output" = '16 0 0' ]
}

@test "5 published ICE scores are the mean, not the product" {
  [ -d "$SHARED/data/backlog" ] || skip "../shared/data/backlog is not here"
  run -0 published ice_store_tests.csv "$ICE" ice_mean 'impact, confidence, ease' 10
  [ "$output" = '5 0 0' ]
  run -0 published ice_store_tests.csv "$ICE" ice 'impact, confidence, ease' 10
  [ "$output" = '5 5 0' ]
}

@test "the bands of Karlsson and Ryan's requirements" {
  [ -d "$SHARED/data/backlog" ] || skip "../shared/data/backlog is not here"
  cp -r "$ROOT/scripts/library" "$ROOT/scripts/scoring" .
  write bands.lua <<'END'
local formula = require "scoring.cost_value"
return function(_, p)
  local items, total, bands = p.items, { value = 0, cost = 0 }, ""
  for row = 1, items.n do
    total.value, total.cost = total.value + items.value[row], total.cost + items.cost[row]
  end
  for row = 1, items.n do
    local _, band = formula({ value = items.value[row], cost = items.cost[row] }, { total = total })
    bands = bands .. string.sub(band, 1, 1)
  end
  return { bands = bands }
end
END
  write bands.yaml <<END
name: Bands
rollout: bands.lua
trials: 1
data:
  items: {file: "$SHARED/data/backlog/karlsson_ran_cost_value.csv",
    columns: {value: relative_value_pct, cost: relative_cost_pct}}
END
  "$PILOTAGE" run bands.yaml --quiet --samples bands.csv --output answer.txt
  # 12:1 and 6:2 are high; 12:6 and 3:6 stand on the edges, which belong to the middle
  [ "$(awk -F , 'NR == 2 { print $3 }' bands.csv)" = hhmmmmmmmlllml ]
}

@test "the shipped backlog passes every formula, and what its items need is in it" {
  cp -r "$ROOT/scripts/library" "$ROOT/scripts/scoring" "$ROOT/tests/scoring/shipped.lua" .
  write shipped.yaml <<END
name: The shipped backlog
rollout: shipped.lua
trials: 1
data: {items: {file: "$ROOT/scenarios/data/backlog.csv"}}
settings:
  goals:
    answer faster: {metric: hours to an answer, target: 4, deadline: 2027-06}
    less rework: {metric: "cases done twice, %", target: 2, deadline: 2027-12}
    fewer outages: {metric: "minutes without power a year", target: 9, deadline: 2027-12}
    fair to customers: {metric: "complaints a month", target: 50, deadline: 2027-12}
    lower buying cost: {metric: "EUR a MWh", target: 61, deadline: 2027-12}
END
  "$PILOTAGE" run shipped.yaml --quiet --samples shipped.csv --output answer.txt
  awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { print $at["waiting"], $at["without_goal"], $at["rice"], $at["weighted"] }' shipped.csv >found
  [ "$(cat found)" = '7 3 8100 9' ] || { cat found shipped.csv; return 1; }
}

@test "the shipped effort ratios are quantiles of the 42 projects" {
  local source=$SHARED/data/projects/norwegian_it_projects.csv
  [ -e "$source" ] || skip "../shared/data/projects is not here"
  awk -F , 'NR > 1 && $5 + 0 > 0 && $6 + 0 > 0 { print $6 / $5 }' "$source" | sort -g >ratios
  run -0 awk 'FNR == NR { ratio[++n] = $1; next } FNR == 1 { next }
    { h = 1 + (n - 1) * (FNR - 1.5) / 20; low = int(h); at = ratio[low] + (ratio[low + 1] - ratio[low]) * (h - low)
      wrong += at - $1 > 0.0051 || $1 - at > 0.0051; rows++ }
    END { print n, rows, wrong + 0 }' ratios "$ROOT/scenarios/data/effort_ratio.csv"
  [ "$output" = '42 20 0' ]
}
