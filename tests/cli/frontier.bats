#!/usr/bin/env bats
# Frontiers: human cost against missed loss over a grid, what is best, and the risk-coverage curve.
# SPDX-License-Identifier: Apache-2.0
load common

# Confidence ~ Beta(8, 2), wrong with probability (1 - c) / 2; below the limit a person looks, ten minutes at 60 an
# hour, who sees everything.
write_sure() {
  write sure.lua <<'LUA'
return function(d, p)
  if p.limit > 0.95 then error("too far") end
  if d.sure < p.limit then return "review" end
  return "auto"
end
LUA
  write sure.yaml <<'YAML'
policy: sure.lua
settings: {limit: 0.7, unused: 1, name: x}
seed: 3
trials: 60
decisions: {per_day: {poisson: {mean: 200}}, days: 5, fields: {sure: {beta: {alpha: 8, beta: 2}}, kind: {discrete: {values: [a, b], weights: [1, 1]}}}}
wrong: "= (1 - d.sure) / 2"
loss: "= 100"
levels: {review: {minutes: 10, catches: 1}}
reviewers: {count: 8, hours_per_day: 8, cost_per_hour: 60}
service: {target_minutes: 60}
YAML
}

frontier() {
  "$PILOTAGE" frontier "$@" --quiet
}

# points JSON: a line a point: settings values, human, missed, total, staff (or null), efficient, coverage, risk.
points() {
  awk '
    /^  "best"/ { exit }
    /^      "point"/ { if (line != "") print line; line = "" }
    /^        "[a-z_.]+\.[a-z_.]+": / { settings = settings " " $2 }
    /^      "human_cost_per_decision":/ { human = $2 }
    /^      "missed_loss_per_decision":/ { missed = $2 }
    /^      "total_per_decision":/ { total = $2 }
    /^      "staff_needed":/ { staff = $2 }
    /^      "coverage":/ { coverage = $2 }
    /^      "risk":/ { risk = $2 }
    /^      "efficient":/ { print settings, human, missed, total, staff, $2, coverage, risk; settings = "" }' "$1" | tr -d ','
}

# near FOUND WANTED ERROR: within four and a half errors.
near() {
  awk -v f="$1" -v w="$2" -v e="$3" 'BEGIN { d = f - w; if (d < 0) d = -d; exit !(d <= 4.5 * e + 1e-12) }' ||
    { echo "$1 instead of $2 ± $3"; return 1; }
}

# number KEY FILE: the first of that key.
number() {
  awk -v key="\"$1\":" '$1 == key { sub(/,$/, "", $2); print $2; exit }' "$2"
}

# Checks the efficient marks and the best of FILE (one path) against all pairs of its points; STAFF and CAP as asked.
check_pairs() { # FILE PATHS STAFF CAP
  points "$1" >points.txt
  awk -v paths="$2" -v limit="$3" -v cap="$4" '
    { h[NR] = $(paths + 1); m[NR] = $(paths + 2); t[NR] = $(paths + 3); s[NR] = $(paths + 4); e[NR] = $(paths + 5) }
    function less(what, i, best) { return best == 0 || what[i] < what[best] }
    END {
      for (i = 1; i <= NR; i++) {
        beaten = 0
        for (j = 1; j <= NR; j++)
          if (h[j] <= h[i] && m[j] <= m[i] && (h[j] < h[i] || m[j] < m[i])) beaten = 1
        if (e[i] != (beaten ? "false" : "true")) { print "point " i - 1 ": efficient " e[i]; bad = 1 }
        if (!beaten && less(t, i, total)) total = i
        if (s[i] <= limit && less(m, i, missed)) missed = i
        if (s[i] <= limit && less(t, i, cheap)) cheap = i
        if (m[i] <= cap && less(h, i, human)) human = i
      }
      print total - 1, missed - 1, cheap - 1, human - 1 >"wanted.txt"
      exit bad
    }' points.txt
  awk '/^  "best"/ { on = 1 } on && $1 == "\"point\":" { sub(/,/, "", $2); printf "%s%s", sep, $2; sep = " " }
    on && $2 ~ /^null/ && /missed_loss"|human_cost"|total"/ { printf "%s-1", sep; sep = " " }
    /^  "risk_coverage"/ { exit } END { print "" }' "$1" >found.txt
  diff wanted.txt found.txt
}

@test "credit: what is efficient and best is so by all pairs of points" {
  for cap in 1150 900; do
    frontier "$ROOT/scenarios/policy_credit.yaml" -n 12 --vary settings.score_limit=0.1:0.5:7 --vary reviewers.count=2,5 \
      --staff 5 --cap $cap --format json --output out.json
    [ "$(points out.json | wc -l)" -eq 14 ]
    check_pairs out.json 2 5 $cap
  done
  [ "$(awk '{ print $4 }' found.txt)" = -1 ]
}

@test "chatbot: the same bits on any threads, widths and engines" {
  for how in "--threads 1" "--threads 3 --lanes 100" "--threads 2 --engine scalar" "--isa portable --threads 4"; do
    # shellcheck disable=SC2086
    frontier "$ROOT/scenarios/policy_chatbot.yaml" -n 10 --vary settings.confidence_limit=0.3:0.9:4 --confidence confidence \
      --staff 7 --cap 0.5 $how --format json --output out.json
    tried=$((${tried:-0} + 1))
    cp out.json "answer.$tried"
    cmp answer.1 "answer.$tried"
  done
  check_pairs out.json 1 7 0.5
}

@test "a point says what a run of its scenario says" {
  frontier "$ROOT/scenarios/policy_credit.yaml" -n 20 --vary settings.score_limit=0.2,0.4 --format json --output out.json
  "$PILOTAGE" run "$ROOT/scenarios/policy_credit.yaml" -n 20 --set settings.score_limit=0.4 --quiet --format json --output run.json
  # today's policy comes first in a run
  for name in human_cost_per_decision missed_loss_per_decision total_per_decision within_target; do
    wanted=$(awk -v key="\"$name\":" '$1 == key { n++ } n == 2 && $1 == "\"mean\":" { print $2; exit }' run.json)
    [ "$wanted" = "$(awk -v key="\"$name\":" '$1 == key && ++n == 2 { print $2; exit }' out.json)" ]
  done
  [ "$(awk '/"staff_needed"/ && ++n == 2 { on = 1 } on && /"mean"/ { print $2; exit }' run.json)" = \
    "$(awk '$1 == "\"staff_needed\":" && ++n == 2 { sub(/,/, "", $2); print $2; exit }' out.json)" ]
}

@test "costs, coverage and risk meet their closed forms" {
  write_sure
  # the limit that a fifth is below: 9 x^8 - 8 x^9 = 0.2
  limit=$(awk 'BEGIN { a = 0; b = 1; while (b - a > 1e-15) { x = (a + b) / 2; if (9 * x ^ 8 - 8 * x ^ 9 < 0.2) a = x; else b = x }
    printf "%.15g", x }')
  frontier sure.yaml --vary "settings.limit=$limit,0.9" --confidence d.sure --format json --output out.json
  near "$(number coverage out.json)" 0.8 "$(number coverage_error out.json)"
  near "$(number risk out.json)" 0.0764056 "$(number risk_error out.json)"
  near "$(number human_cost_per_decision out.json)" 2 "$(number human_cost_per_decision_error out.json)"
  near "$(number missed_loss_per_decision out.json)" 6.112448 "$(number missed_loss_per_decision_error out.json)"
  near "$(number area out.json)" 0.0525513 "$(number area_error out.json)"
  awk -v e="$(number area_error out.json)" 'BEGIN { exit !(e > 0 && e < 0.0005) }'
  awk '/"risk_coverage"/ { on = 1 } on && $1 == "\"coverage\":" { at = $2 + 0 > 0.7999 && $2 + 0 < 0.8001 }
    at && $1 == "\"risk\":" { sub(/,/, "", $2); r = $2 } at && $1 == "\"risk_error\":" { sub(/,/, "", $2); print r, $2; exit }' out.json >at.txt
  read -r risk error <at.txt
  near "$risk" 0.0764056 "$error"
  [ "$(number decisions out.json)" -gt 50000 ]
}

@test "without a confidence the curve is that of the points" {
  write_sure
  frontier sure.yaml --vary settings.limit=0.5:0.95:10 --format json --output out.json
  grep -q '"over": "points"' out.json
  points out.json | awk '{ print $7, $8 }' | sort -g >curve.txt
  # straight lines between the points, by the mean coverage
  awk 'NR > 1 { area += ($1 - c) * ($2 + r) / 2 } NR == 1 { first = $1 } { c = $1; r = $2 } END { printf "%.9f\n", area / (c - first) }' \
    curve.txt >wanted.txt
  awk '/"risk_coverage"/ { on = 1 } on && $1 == "\"area\":" { sub(/,/, "", $2); printf "%.9f\n", $2; exit }' out.json | diff - wanted.txt
}

@test "points that noise could turn round are not told apart" {
  write_sure
  # nothing changes: every point is efficient and like the next
  run -0 frontier sure.yaml --vary settings.unused=1,2,3
  [ "$(grep -c 'yes ≈' <<<"$output")" -eq 2 ]
  [[ $output == *"≈: not told apart from the efficient point that follows"* ]]
  # lines break where they are full
  [[ $(tr -s '\n ' ' ' <<<"$output") == *"By total cost 2 other efficient points are not told apart from the cheapest (two errors): settings.unused = 2; settings.unused = 3."* ]]
  # a wide step is told apart, one that moves hardly a decision is not
  frontier sure.yaml --vary settings.limit=0.7,0.70001,0.8 -n 20 --format json --output out.json
  [ "$(awk '$1 == "\"told_apart\":" { printf "%s ", $2 }' out.json)" = "false true " ]
  # common luck: the difference between neighbours is known far better than their means
  frontier sure.yaml --vary settings.limit=0.7,0.71 --format json --output out.json
  awk -v d="$(number missed_loss_difference_error out.json)" -v m="$(number missed_loss_per_decision_error out.json)" \
    'BEGIN { exit !(d > 0 && d < m / 2) }'
}

@test "days without decisions and points without an automatic one have an answer" {
  write_sure
  run -0 frontier sure.yaml --vary settings.limit=0.5,0.6 --set decisions.per_day=0 --confidence sure --staff 1 -n 3
  [[ $output =~ 0.5\ +0.00%\ +-\ +0\ +0\ +0\ +0 ]]
  run -0 "$PILOTAGE" run sure.yaml --quiet --set decisions.per_day=0 -n 3
  run -0 frontier sure.yaml --vary settings.limit=-1,0.9 --vary reviewers.count=1,2 --set settings.unused=2 -n 1
  [[ $output =~ "-1 "\ +1\ +100.00% ]]
  sed -i 's/"auto"/"review"/' sure.lua
  frontier sure.yaml --vary settings.limit=0.5,0.6 -n 3 --format json --output out.json
  [ "$(number risk out.json)" = null ]
  [ "$(number area out.json)" = null ]
}

@test "limits that no point keeps are said plainly" {
  write_sure
  run -0 frontier sure.yaml --vary settings.limit=0.8,0.9 --staff 1 --cap 0.01
  local all
  all=$(tr -s '\n ' ' ' <<<"$output")
  [[ $all == *"Warning: No point needs at most 1 reviewers: the fewest that one needs are 2 (settings.limit = 0.8)."* ]]
  [[ $all =~ "Warning: No point misses at most 0.01 per decision: the least is "[0-9.]+" ± "[0-9.]+" (settings.limit = 0.9)." ]]
  run -0 frontier sure.yaml --vary settings.limit=0.7,0.8 --staff 100 --cap 1000
  [[ $output == *"staff at most 100: least missed "*"0.8"* && $output == *"missed at most 1,000: least human "*"0.7"* ]]
  [[ $output != *"No point"* ]]
  frontier sure.yaml --vary settings.limit=0.8,0.9 --staff 1 --cap 0.01 --format json --output out.json
  [ "$(grep -cE '"(missed_loss|total|human_cost)": null' out.json)" -eq 3 ]
}

@test "text, in full" {
  write_sure
  run -0 frontier sure.yaml --vary settings.limit=0.6:0.8:3 -n 40 --cap 7
  [ "$output" = 'sure.yaml: frontier

  scenario  sure.yaml
  policy    sure.lua
  varied    settings.limit from 0.6 to 0.8, 3 values
  trials    40 of each point, on the same luck
  seed      3

Points by human cost; costs per decision
  settings.limit   auto  wrong of auto  human ± error  missed ± error  total ± error  staff
  ──────────────  ─────  ─────────────  ─────────────  ──────────────  ─────────────  ─────
             0.6  93.1%           9.0%  0.693 ± 0.011     8.36 ± 0.11    9.06 ± 0.11      1
             0.7  80.5%           7.7%  1.945 ± 0.021     6.27 ± 0.11    8.22 ± 0.11      1
             0.8  56.4%           5.7%  4.359 ± 0.021   3.296 ± 0.080  7.655 ± 0.084      2

  settings.limit  within target  efficient
  ──────────────  ─────────────  ─────────
             0.6        100.00%  yes
             0.7        100.00%  yes
             0.8        100.00%  yes

Missed loss per decision at the efficient points, by rising human cost
  0.6 │██████████████████████████████████████████████████ 8.36 for 0.693
  0.7 │█████████████████████████████████████▌ 6.27 for 1.945
  0.8 │███████████████████▊ 3.296 for 4.359

Best
                                 settings.limit  human ± error  missed ± error  total ± error  staff
  ─────────────────────────────  ──────────────  ─────────────  ──────────────  ─────────────  ─────
  least total                               0.8  4.359 ± 0.021   3.296 ± 0.080  7.655 ± 0.084      2
  missed at most 7: least human             0.7  1.945 ± 0.021     6.27 ± 0.11    8.22 ± 0.11      1

Risk and coverage: between 56.4% and 93.1% of decisions left to the machine, the area under the
points, the mean share of them that is wrong, is 0.07251 ± 0.00015.

Note: ± is the Monte Carlo error (one standard error). auto: decided by nobody but the machine;
      staff: the fewest reviewers that keep the service'\''s target. Efficient: no other point costs at
      most as much in both human cost and missed loss, and less in one.' ]
}

@test "CSV has a row a point and, with a confidence, the curve" {
  write_sure
  frontier sure.yaml --vary settings.limit=0.6:0.8:3 -n 10 --confidence sure --format csv --output out.csv
  tr -d '\r' <out.csv >plain.csv
  [ "$(grep -c '^points,' plain.csv)" -eq 3 ]
  [ "$(grep -c '^risk_coverage,' plain.csv)" -eq 100 ]
  grep -q '^table,settings.limit,human_cost_per_decision,human_cost_per_decision_error,missed_loss_per_decision,' plain.csv
  # by rising human cost
  awk -F, '$1 == "points" { if ($3 < last) exit 1; last = $3 }' plain.csv
}

@test "an interrupt keeps the points that are finished, marked partial" {
  write_sure
  sed -i 's/  if p.limit > 0.95/  if p.limit > 0.6 then local s = 0.0; for i = 1, 20000 do s = s + math.sin(i) end end\n&/' sure.lua
  "$PILOTAGE" frontier sure.yaml --vary settings.limit=0.5,0.7,0.8 -n 40 --threads 1 --quiet --engine scalar --output answer.txt 2>error.txt &
  local pid=$! status=0 start
  sleep 3
  start=$(date +%s%N)
  kill -INT $pid
  wait $pid || status=$?
  [ "$status" = 130 ]
  [ $((($(date +%s%N) - start) / 1000000)) -lt 2000 ]
  grep -q 'Warning: Interrupted (partial): 1 of 3 points were finished.' answer.txt
  grep -Eq '^ +0.5 ' answer.txt
  [ "$(cat error.txt)" = "pilotage: interrupted after 1 of 3 points" ]
}

@test "what a script says of a point names the point, whatever the threads" {
  write_sure
  for threads in 1 4; do
    run -2 frontier sure.yaml --vary settings.limit=0.5,0.96,0.97,0.98 --threads $threads
    [ "$output" = 'pilotage: sure.lua:2: decision 1: too far (varied, at settings.limit = 0.96) (trial 1)' ]
  done
}

# refused WORDS OPTIONS…: exit status 2 and these words.
refused() {
  local words=$1
  shift
  run -2 frontier "$@"
  [ "$output" = "pilotage: $words" ] || { echo "expected: pilotage: $words"; echo "$output"; return 1; }
}

@test "what is wrong on the command line is told" {
  write_sure
  refused 'frontier: expected one scenario file, found 0 (pilotage frontier --help)' --vary settings.limit=1,2
  refused 'frontier: expected one or two --vary, such as --vary settings.limit=0.5:0.9:9, found 0' sure.yaml
  refused '--vary settings.limt: there is no "limt", did you mean "limit"?' sure.yaml --vary settings.limt=0.5:0.9:5
  refused '--vary reviewer.count: there is no "reviewer", did you mean "reviewers"?' sure.yaml --vary reviewer.count=1,2
  refused '--vary settings.limit: the range is reversed; write 0.5:0.9:5' sure.yaml --vary settings.limit=0.9:0.5:5
  refused '--vary settings.limit: expected two different ends, found 0.5 and 0.5' sure.yaml --vary settings.limit=0.5:0.5:5
  refused '--vary settings.limit: expected 2 to 10000 values, found 1' sure.yaml --vary settings.limit=0.5
  refused '--vary settings.limit: expected FROM:TO:STEPS, such as 0.1:0.5:9, found 0.5:0.9' sure.yaml --vary settings.limit=0.5:0.9
  refused '--vary settings.limit: steps (how many values): expected a whole number from 2 to 10000, found 10001' \
    sure.yaml --vary settings.limit=0.5:0.9:10001
  refused '--vary reviewers.count: 200 × 51 values are 10200 points, and a frontier has at most 10000' \
    sure.yaml --vary settings.limit=0.5:0.9:200 --vary reviewers.count=10:60:51
  refused '--vary settings.name: a text stands there, and --vary takes the place of a number' sure.yaml --vary settings.name=1,2
  refused '--vary seed: all points meet the same trials and seed; vary something else' sure.yaml --vary seed=1,2
  refused '--vary reviewers.count: reviewers: count: expected 0 to 10000, found -1 (varied, at reviewers.count = -1)' \
    sure.yaml --vary reviewers.count=-1:1:3
  refused '--confidence d.sur: decisions have no field "sur", did you mean "sure"?' sure.yaml --vary settings.limit=0.5,0.6 --confidence d.sur
  refused '--confidence kind: expected a field that holds a number' sure.yaml --vary settings.limit=0.5,0.6 --confidence kind
  refused '--cap: expected 0 or more, found -1' sure.yaml --vary settings.limit=0.5,0.6 --cap -1
  refused '--cap: expected a number, found "much"' sure.yaml --vary settings.limit=0.5,0.6 --cap much
}

@test "what a scenario lacks is told" {
  write_sure
  sed '/^service/d' sure.yaml >plain.yaml
  refused 'plain.yaml: --staff: the scenario has no service: target_minutes, which says what staff is needed for' \
    plain.yaml --vary settings.limit=0.5,0.6 --staff 3
  run -0 frontier plain.yaml --vary settings.limit=0.5,0.6 -n 5
  [[ $output != *"within target"* ]]
  sed '/^loss/d' sure.yaml >plain.yaml
  refused 'plain.yaml: a frontier weighs human cost against missed loss: the scenario has no loss: (what a wrong decision costs)' \
    plain.yaml --vary settings.limit=0.5,0.6
  sed '/^loss/d; /^wrong/d' sure.yaml >plain.yaml
  refused 'plain.yaml: a frontier weighs human cost against missed loss: the scenario has no wrong: (which decisions are)' \
    plain.yaml --vary settings.limit=0.5,0.6
  write_scenario
  refused 'plan.yaml: a frontier is of a policy, and this file has no policy: key' plan.yaml --vary volume=1,2
}
