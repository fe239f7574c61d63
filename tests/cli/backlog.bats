#!/usr/bin/env bats
# Backlogs: items scored by formulas in every trial, ranked; what is in doubt, what fits the budget, what is wrong.
# SPDX-License-Identifier: Apache-2.0
load common

write_backlog() {
  write score.lua <<'LUA'
return function(item, p)
  return item.reach * item.impact / item.effort * (1 + draw.normal(0, 0.05, "luck"))
end
LUA
  write list.csv <<'CSV'
item,reach,impact,effort months,goal,printed
login,900,2,4,grow,450
checkout,300 to 900,3,5,grow,312
search,1200,1,3,,400
export,200,0.5,2,trust,51
CSV
  write plan.yaml <<'YAML'
name: A backlog
score: score.lua
items: {file: list.csv, name: item, columns: {effort: effort months}, published: printed}
fields:
  effort: {times: {lognormal: {p5: 0.8, p95: 2}}}
  reach: {times: 0.7 to 1.4, plus: {uniform: [-10, 10]}, min: 1}
shared: {effort: {times: 0.9 to 1.3}}
top: 2
trials: 2000
seed: 5
YAML
}

# numbers KEY: every number that stands at KEY in out.json, one a line.
numbers() {
  grep -oE "\"$1\": [-0-9.e+]+" out.json | sed 's/.*: //'
}

@test "ranks, chances and scores are those of the samples" {
  write_backlog
  "$PILOTAGE" run plan.yaml --quiet --format json --output out.json --samples samples.csv
  grep -q '"kind": "backlog"' out.json
  [ "$(wc -l <samples.csv)" -eq 8001 ]
  head -1 samples.csv | grep -qx 'formula,trial,item,reach,impact,effort,goal,score,label,rank'
  awk -F, 'NR > 1 { n[$3]++; sum[$3] += $8; rank[$3] += $10; first[$3] += $10 == 1; top[$3] += $10 <= 2 }
    END { for (i in n) printf "%s %.9g %.9g %.9g %.9g\n", i, sum[i] / n[i], rank[i] / n[i], first[i] / n[i], top[i] / n[i] }' \
    samples.csv | sort >expected
  awk '/"items": \[/ { on = 1 } /"neighbours"/ { on = 0 } !on { next }
    /"name":/ { gsub(/[",]/, ""); name = $2 } /"mean":/ { sub(/,/, ""); if (++k % 2) s = $2; else r = $2 }
    /"probability_first":/ { sub(/,/, ""); f = $2 }
    /"probability_top":/ { sub(/,/, ""); printf "%s %.9g %.9g %.9g %.9g\n", name, s, r, f, $2 }' out.json | sort >found
  diff expected found
  # Places are numbers of trials that sum up to all.
  awk -F, 'NR > 1 { print $2, $10 }' samples.csv | sort | uniq -c | awk '$1 != 1 { exit 1 }'
}

@test "the same bits on any threads, widths, engines and instruction sets, and in pieces" {
  write_backlog
  printf 'score: [score.lua, other.lua]\n' >head
  { cat head; grep -v '^score' plan.yaml; } >two.yaml
  echo 'return function(item, p) return item.impact - item.effort / 10, item.effort > 5 and "large" or "small" end' >other.lua
  for how in "" "--threads 1" "--threads 3 --lanes 7" "--threads 4 --lanes 3" "--threads 3 --lanes 7" "--lanes 1" "--engine scalar" "--isa portable --lanes 100" "--isa avx2"; do
    # shellcheck disable=SC2086
    "$PILOTAGE" run two.yaml --quiet -n 700 $how --format json --output out.json --samples samples.csv
    tried=$((${tried:-0} + 1))
    sed '/"engine"/,/}/d' out.json >"answer.$tried"
    cmp answer.1 "answer.$tried"
    cp samples.csv "samples.$tried"
    cmp samples.1 "samples.$tried"
  done
  for piece in 1:300 301:700; do
    "$PILOTAGE" run two.yaml --quiet --trials $piece --samples "piece.$piece" --output /dev/null
  done
  { cat piece.1:300; tail -n +2 piece.301:700; } | cmp - samples.1
  "$PILOTAGE" run two.yaml --quiet --explain-engine | grep -E '^ *in stock Lua +0 scores$'
}

@test "one item more moves no other item's draws, nor does another order" {
  write_backlog
  "$PILOTAGE" run plan.yaml --quiet -n 200 --samples before.csv --output /dev/null
  { head -1 list.csv; echo 'news,50,1,1,grow,50'; tail -n +2 list.csv | tac; } >new.csv
  mv new.csv list.csv
  "$PILOTAGE" run plan.yaml --quiet -n 200 --samples after.csv --output /dev/null
  cut -d, -f1-8 before.csv | sort >a
  grep -v ',news,' after.csv | cut -d, -f1-8 | sort >b
  cmp a b
  # and the same site differs between items
  [ "$(grep ',7,' before.csv | cut -d, -f8 | sort -u | wc -l)" -eq 4 ]
}

@test "a trial replayed is that of the samples, with the draws under the items' names" {
  write_backlog
  "$PILOTAGE" run plan.yaml --quiet -n 20 --samples samples.csv --output /dev/null
  run -0 "$PILOTAGE" run plan.yaml --trial 13
  [[ $output == *"item:login:luck"*"item:export:luck"* ]]
  "$PILOTAGE" run plan.yaml --trial 13 --format json >out.json
  numbers "score" | sort >found
  awk -F, '$2 == 13 { print $8 }' samples.csv | sort >expected
  diff expected found
}

@test "ties are shared, labels and coin tosses said" {
  write flat.lua <<'LUA'
return function(item, p) return item.a, item.a > 1 and "big" or "small" end
LUA
  write flat.yaml <<'YAML'
score: flat.lua
items: [{name: x, a: 1}, {name: y, a: 1}, {name: z, a: 2}, {name: w, a: 0.5}]
top: 2
trials: 100
YAML
  run -0 "$PILOTAGE" run flat.yaml
  [[ $output =~ x\ +1\ .*2\.5\ +2\ to\ 3 ]]
  [[ $output =~ z\ .*100\.00%\ +100\.00%.*big ]]
  [[ $output =~ x\ .*50\.0%.*small ]]
  [[ $output == *"Close to a coin toss: x above y (50.0%)"* ]]
  run -0 "$PILOTAGE" run flat.yaml --format json
  [[ $output == *'"labels": {'*'"big": 1'* ]]
}

@test "published scores that do not follow the formula are told, with their line" {
  write_backlog
  sed -i 's/ \* (1 + draw.normal(0, 0.05, "luck"))//' score.lua
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output == *"1 of 4 published scores are not what score makes of the file's own numbers"* ]]
  [[ $output =~ export\ +5\ +51\ +50 ]]
  sed -i 's/,51$/,50/' list.csv
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output == *"All 4 published scores are what score makes"* ]]
}

@test "no goal, no start" {
  write_backlog
  echo 'goals: {field: goal, required: true}' >>plan.yaml
  echo 'portfolio: {budget: 12, cost: effort, needs: {checkout: [search], export: login}}' >>plan.yaml
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output == *"left out as they have no goal: search."* ]]
  [[ $output == *"checkout cannot start: it needs search, which has no goal."* ]]
  run -0 "$PILOTAGE" run plan.yaml --format json
  [[ $output == *'"without_goal": ['*'"search"'* ]]
  cat >>plan.yaml <<'YAML'
settings: {goals: {grow: {metric: revenue, target: 5, deadline: June}, trst: {metric: nps, target: 40, deadline: May}}}
YAML
  run -2 "$PILOTAGE" run plan.yaml
  [[ $output == *'list.csv:5: item "export": goal: settings.goals has no "trust", did you mean "trst"?'* ]]
  sed -i 's/trst: {metric: nps, /trust: {/' plan.yaml
  run -2 "$PILOTAGE" run plan.yaml
  [[ $output == *'goal "trust" has no metric'* ]]
}

@test "the portfolio is the best set of each trial, by looking at all sets" {
  write_backlog
  echo 'portfolio: {budget: 9, cost: effort, value: score, needs: {checkout: [login]}, at_most: 2}' >>plan.yaml
  "$PILOTAGE" run plan.yaml --quiet -n 300 --format json --output out.json --samples samples.csv
  awk -F, 'NR > 1 { k[$2 "," $3] = $6; v[$2 "," $3] = $8; trials[$2] }
    END {
      split("login checkout search export", name, " ")
      for (t in trials) {
        best = 0; chosen = ""
        for (set = 0; set < 16; set++) {
          cost = value = count = 0; in_set = " "
          for (i = 1; i <= 4; i++) if (int(set / 2 ^ (i - 1)) % 2) {
            cost += k[t "," name[i]]; value += v[t "," name[i]]; count++; in_set = in_set name[i] " "
          }
          if (cost > 9 || count > 2 || (in_set ~ / checkout / && in_set !~ / login /)) continue
          if (value > best) { best = value; chosen = in_set }
        }
        total += best; n++
        for (i = 1; i <= 4; i++) if (chosen ~ " " name[i] " ") hits[name[i]]++
      }
      printf "%.9g\n", total / n
      for (i = 1; i <= 4; i++) printf "%.9g\n", hits[name[i]] / n
    }' samples.csv >expected
  { numbers perfect_worth; numbers probability_best; } | awk '{ printf "%.9g\n", $1 }' >found
  diff expected found
  grep -q '"proved": true' out.json
  run -0 "$PILOTAGE" run plan.yaml -n 3000 --exact --format json
  [[ $output == *'"trials": 3000,'*'"unproved": 0'* ]]
  run -0 "$PILOTAGE" run plan.yaml -n 3000 --format json
  [[ $output == *'"portfolio": {'*'"trials": 2000,'* ]]
}

@test "the estimate to improve first is the one that changes the top most" {
  write sure.lua <<'LUA'
return function(item, p) return item.a + item.b end
LUA
  write sure.yaml <<'YAML'
score: sure.lua
items:
  - {name: first, a: {normal: [10, 3]}, b: {normal: [0, 0.1]}}
  - {name: second, a: 10, b: 0}
  - {name: third, a: 9.9, b: 0}
top: 1
trials: 4000
YAML
  # Without the doubt about its a, first wins when its b is above 0: against winning when a + b is above 10.
  "$PILOTAGE" run sure.yaml --quiet --format json --output out.json --samples samples.csv
  awk -F, '$3 == "first" { was = $4 + $5 > 10; is = 10 + $5 > 10; n++; changed += was != is } END { printf "%.9g\n", changed / n }' samples.csv >expected
  numbers probability_top_changes | head -1 | awk '{ printf "%.9g\n", $1 }' >found
  diff expected found
  grep -A2 '"improve"' out.json | grep -q '"item": "first"'
}

@test "several formulas: Kendall's tau and who moves" {
  write_backlog
  echo 'return function(item, p) return -item.effort end' >cheap.lua
  sed -i 's/^score: .*/score: [score.lua, cheap.lua]/' plan.yaml
  "$PILOTAGE" run plan.yaml --quiet -n 400 --format json --output out.json --samples samples.csv
  awk -F, 'NR > 1 { s[$1 "," $2 "," $3] = $8; t[$2] }
    END { split("login checkout search export", name, " ")
      for (k in t) { for (i = 1; i <= 4; i++) for (j = i + 1; j <= 4; j++) {
        a = s["score," k "," name[i]] - s["score," k "," name[j]]; b = s["cheap," k "," name[i]] - s["cheap," k "," name[j]]
        sum += a * b > 0 ? 1 : -1 } n++ }
      printf "%.9g\n", sum / 6 / n }' samples.csv >expected
  numbers tau | awk '{ printf "%.9g\n", $1 }' >found
  diff expected found
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output == *"Do the formulas agree?"*"Items that move most from score to cheap"* ]]
}

# refused WORDS: the run ends with 2 and says so.
refused() {
  run -2 "$PILOTAGE" run plan.yaml
  [[ $output == *"$1"* ]] || { echo "expected: $1"; echo "$output"; return 1; }
}

@test "what is wrong with a backlog is told with file, line and name" {
  write_backlog
  cp list.csv good.csv
  sed -i 's/^search,1200,1,3/search,1200,1,/' list.csv
  refused "score.lua:2: attempt to perform arithmetic on a nil value (field 'effort') (item \"search\", list.csv:4)"
  sed 's/^search,1200/search,lots/' good.csv >list.csv
  refused 'list.csv:4: item "search": reach: expected a number or a distribution, as most items have, found "lots"'
  sed 's/^search/login/' good.csv >list.csv
  refused 'list.csv:4: items: two items are called "login"; the first stands in line 2'
  sed 's/^search//' good.csv >list.csv
  refused 'list.csv:4: items: this row has no name in column "item"'
  head -1 good.csv >list.csv
  refused 'items: there are none'
  : >list.csv
  refused 'list.csv'
  cp good.csv list.csv
  sed -i 's/^  effort: {times/  efort: {times/' plan.yaml
  refused 'plan.yaml:5:3: fields: there is no field "efort", did you mean "effort"?'
  sed -i 's/^  efort: {times/  goal: {times/' plan.yaml
  refused 'plan.yaml:5:3: fields: "goal" holds no numbers to put in doubt'
  sed -i 's/^  goal: {times/  effort: {tmes/' plan.yaml
  refused 'unknown key "tmes" in field "effort", did you mean "times"?'
  sed -i 's/{tmes/{times/; s/name: item/name: itm/' plan.yaml
  refused '"list.csv" has no column "itm", did you mean "item"?'
  sed -i 's/name: itm/name: item/; s/effort months/effort month/' plan.yaml
  refused 'items: columns: "list.csv" has no column "effort month", did you mean "effort months"?'
}

@test "what is wrong with a portfolio is told" {
  write_backlog
  cp plan.yaml good.yaml
  try() {
    { cat good.yaml; echo "portfolio: {$1}"; } >plan.yaml
    refused "$2"
  }
  try 'budget: 9, cost: efort' 'portfolio: cost: there is no field "efort", did you mean "effort"?'
  try 'budget: 9, cost: goal' 'portfolio: cost: field "goal" holds no numbers'
  try 'budget: -1, cost: effort' 'portfolio: budget: expected 0 or more, found -1'
  try 'cost: effort' 'portfolio: expected budget: a number, and cost:'
  try 'budget: 9, cost: effort, needs: {checkout: [logn]}' 'portfolio: needs: there is no item "logn", did you mean "login"?'
  try 'budget: 9, cost: effort, needs: {chekout: [login]}' 'portfolio: needs: there is no item "chekout", did you mean "checkout"?'
  try 'budget: 9, cost: effort, needs: {checkout: [login], login: [search], search: [checkout]}' 'portfolio: needs go in a circle: '
  try 'budget: 9, cost: effort, at_most: 0' 'portfolio: at_most'
  try 'budget: 9, cost: effort, required: [logn]' 'portfolio: required: there is no item "logn"'
  { cat good.yaml; echo 'portfolio: {budget: 1, cost: effort, required: [login]}'; } >plan.yaml
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output == *"No set fits: what is required, with what it needs, costs more than the budget."* ]]
  cp good.yaml plan.yaml
  run -2 "$PILOTAGE" run plan.yaml --exact
  [[ $output == *"--exact: the backlog has no portfolio"* ]]
}

@test "a formula's errors name the item and where it stands" {
  write_backlog
  sed -i 's/return item.reach/if item.impact < 1 then error("too little") end return item.reach/' score.lua
  refused 'score.lua:2: too little (item "export", list.csv:5) (trial 1)'
  echo 'return function(item, p) return item.goal end' >score.lua
  refused 'expected the formula to return a number, and perhaps a text after it; it returned'
  echo 'return function(item, p) return 1, item.reach end' >score.lua
  refused 'expected the second result of the formula to be a text, found a number'
  echo 'return function(item, p) return item.reech end' >score.lua
  refused 'reech'
  echo 'return 7' >score.lua
  refused 'return function(item, p)'
  for engine in scalar lanes; do
    echo 'return function(item, p) return draw.normal(0, 1, "effort") + 0 * item.effort end' >score.lua
    run -2 "$PILOTAGE" run plan.yaml --engine $engine
    [[ $output == *'a draw named "effort" would repeat the draw of the item'\''s field'* ]]
  done
}

@test "the shipped formulas refuse what cannot be" {
  write rice.yaml <<YAML
score: $ROOT/scripts/scoring/rice.lua
items: [{name: a, reach: 10, impact: 1, confidence: 0.5, effort: 1}, {name: b, reach: 10, impact: 1, confidence: 120, effort: 1}]
YAML
  run -2 "$PILOTAGE" run rice.yaml
  [[ $output == *'rice: confidence must lie between 0 and 1, not 120.0 (item "b", rice.yaml:2)'* ]]
  sed -i 's/120/1/; s/effort: 1}, {/effort: 0}, {/' rice.yaml
  run -2 "$PILOTAGE" run rice.yaml
  [[ $output == *'rice: effort must be a number above 0, not 0 (item "a", rice.yaml:2)'* ]]
}

@test "a million rows are refused at once, four thousand are ranked" {
  write_backlog
  { echo 'item,reach,impact,effort months,printed'; seq 1000000 | sed 's/.*/i&,1,1,1,1/'; } >list.csv
  refused 'items: 1000000 are more than can be ranked (4096)'
  { echo 'item,reach,impact,effort months,printed'; seq 4000 | sed 's/.*/i&,&,1,1,&/'; } >list.csv
  run -0 "$PILOTAGE" run plan.yaml -n 64 --quiet --format json --output out.json
  [ "$(numbers probability_first | wc -l)" -eq 4000 ]
}

@test "options that do not go with a backlog say so; settings may be set" {
  write_backlog
  run -2 "$PILOTAGE" run plan.yaml --variant scor
  [[ $output == *'--variant: there is no formula "scor", did you mean "score"?'* ]]
  run -0 "$PILOTAGE" run plan.yaml --variant score -n 10
  run -2 "$PILOTAGE" run plan.yaml --set tp=3
  [[ $output == *'--set tp: there is no "tp", did you mean "top"?'* ]]
  run -0 "$PILOTAGE" run plan.yaml --set top=3 --set fields.reach.times=1 -n 10
  [[ $output == *"P(top 3)"* ]]
  run -2 "$PILOTAGE" run plan.yaml --sweep top=1,2
  [[ $output == *"--sweep goes with rollouts"* ]]
  echo 'settings: {weight: 2}' >>plan.yaml
  echo 'return function(item, p) return item.impact * p.weight + p.total.impact end' >score.lua
  "$PILOTAGE" run plan.yaml --set settings.weight=10 --quiet -n 2 --samples samples.csv --output /dev/null
  grep -qE '^score,1,login,.*,26.5,,' samples.csv
  run -0 "$PILOTAGE" check plan.yaml
}

@test "SIGINT prints what is done of a backlog, marked partial" {
  write_backlog
  "$PILOTAGE" run plan.yaml -n 50000000 --format json --output out.json 2>error.txt &
  pid=$!
  sleep 1
  kill -INT $pid
  status=0
  wait $pid || status=$?
  [ $status -eq 130 ]
  grep -q '"partial": true' out.json
}

@test "public tables: RICE, WSJF and ICE as printed" {
  data=$SHARED/data/backlog
  [ -d "$data" ] || skip "no public data here"
  write rice.yaml <<YAML
score: $ROOT/scripts/scoring/rice.lua
items: {file: $data/rice_wine_marketplace.csv, name: item, columns: {effort: effort_person_months}, published: printed_score}
trials: 10
YAML
  run -0 "$PILOTAGE" run rice.yaml
  [[ $output == *"All 26 published scores are what rice makes"* ]]
  write wsjf.yaml <<YAML
score: $ROOT/scripts/scoring/wsjf.lua
items: {file: $data/wsjf_customer_messages.csv, name: item, published: printed_wsjf}
trials: 10
YAML
  run -0 "$PILOTAGE" run wsjf.yaml
  [[ $output == *"All 16 published scores are what wsjf makes"* ]]
  write ice.yaml <<YAML
score: [$ROOT/scripts/scoring/ice_mean.lua, $ROOT/scripts/scoring/ice.lua]
items: {file: $data/ice_store_tests.csv, name: item, published: printed_ice}
trials: 10
YAML
  run -0 "$PILOTAGE" run ice.yaml
  [[ $output == *"All 5 published scores are what ice_mean makes"* ]]
  sed -i 's/^score.*/score: SCORE/; s|SCORE|'"$ROOT"'/scripts/scoring/ice.lua|' ice.yaml
  run -0 "$PILOTAGE" run ice.yaml
  [[ $output == *"5 of 5 published scores are not what ice makes"* ]]
}
