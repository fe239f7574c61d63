#!/usr/bin/env bats
# Promises of policies proved or broken: planted faults, the shipped scenarios, what is wrong in a scenario's promises.
# SPDX-License-Identifier: Apache-2.0
load common

PLANTED=$ROOT/tests/policies/planted.yaml

# verify STATUS POLICY OPTIONS…: the planted scenario with that policy.
verify() {
  local status=$1 policy=$2
  shift 2
  run "-$status" "$PILOTAGE" verify "$PLANTED" --set "policy=$policy.lua" "$@"
}

# says WORDS: the output has these words, whatever space is between them.
says() {
  tr -s ' \n' ' ' <<<"$output" | grep -qF -- "$1" || { echo "expected: $1"; echo "$output"; return 1; }
}

write_plan() { # LINES…: the promises
  write plan.yaml <<'YAML'
policy: policy.lua
settings: {limit: 5000}
decisions:
  per_day: 10
  fields:
    amount: {lognormal: {p5: 50, p95: 9000}}
    n: {poisson: {mean: 3}}
    segment: {discrete: {values: [retail, key], weights: [9, 1]}}
    sensitive: {bernoulli: 0.1}
    twice: "= 2 * d.amount"
YAML
  printf '%s\n' "$@" >>plan.yaml
  write policy.lua <<'LUA'
return function(d, p)
  if d.sensitive then return "review" end
  if d.amount > p.limit then return "exception", "amount " .. d.amount end
  return "auto"
end
LUA
}

# refused MESSAGE PROMISES…: verify ends with 2 and says exactly that.
refused() {
  local message=$1
  shift
  write_plan "$@"
  run -2 "$PILOTAGE" verify plan.yaml
  [ "$output" = "pilotage: $message" ] || { echo "expected: pilotage: $message"; echo "$output"; return 1; }
}

@test "the sound policy keeps all its promises, which is proved" {
  verify 0 sound
  says "proved, 216 cells never d.sensitive and level == 'auto'"
  says "proved, 216 cells monotone amount: up"
  says "proved, 216 cells monotone confidence: down"
  says "proved, 216 cells every decision gets a level"
  [[ $output != *"no decision reaches"* ]]
}

@test "both dead branches are named: one contradicts itself, one stands behind another" {
  verify 0 dead_branch
  says "dead_branch.lua:7 contradictory: what it asks for can never be"
  says "dead_branch.lua:9 shadowed by dead_branch.lua:8"
  [ "$(grep -n 'no decision reaches' <<<"$output" | cut -d: -f1)" -lt "$(grep -n '^Promises' <<<"$output" | cut -d: -f1)" ]
}

@test "branches within branches, behind else, and in functions called in tail position" {
  write_plan 'never: "d.sensitive and level == '"'auto'"'"'
  write policy.lua <<'LUA'
local function large(d, p)
  if d.amount > p.limit then return "exception" end
  if d.amount > p.limit * 2 then return "review" end
  return "auto"
end
return function(d, p)
  if d.sensitive then
    if d.n < 2 then return "collaborate"
    elseif d.n < 1 then return "exception"
    else return "review" end
  end
  if d.n < 0 or d.amount < 0 then return "review" end
  if d.n > 3 then
    if d.n < 3 then return "exception" end
    return "review"
  end
  if p.limit < 10 then return "exception" end
  return large(d, p)
end
LUA
  run -0 "$PILOTAGE" verify plan.yaml --format json
  local line
  for line in 2 4 8 10 15; do says "\"place\": \"policy.lua:$line\", \"state\": \"reached\""; done
  says '"place": "policy.lua:3", "state": "shadowed", "hidden_by": [ "policy.lua:2", "policy.lua:15" ]'
  says '"place": "policy.lua:9", "state": "shadowed", "hidden_by": [ "policy.lua:8" ]'
  for line in 12 14 17; do says "\"place\": \"policy.lua:$line\", \"state\": \"contradictory\", \"hidden_by\": []"; done
}

@test "the needle is found, shrunk, and printed as a case" {
  verify 1 needle
  says "counterexample never d.sensitive and level == 'auto'"
  says "amount and sensitive matter; auto at needle.lua:9"
  says "{ name = \"never d.sensitive and level == 'auto'\", d = { amount = 5000.0, confidence = "
  says "sensitive = true, change = "
  says '}, level = "review" }, -- was auto'
}

@test "the case that is printed is a case of a policy's tests" {
  verify 1 needle
  {
    echo 'local policy = require "subject"'
    echo "local p = {amount_limit = 5000, large_limit = 20000, confidence_limit = 0.7, key_rise = 0.05}"
    echo "local cases = {"
    grep '^  { name = "never' <<<"$output"
    echo "}"
    echo 'return policy(cases[1].d, p) .. " instead of " .. cases[1].level'
  } >case.lua
  cp "$ROOT/tests/policies/needle.lua" subject.lua
  run -0 "$PILOTAGE" eval case.lua
  [ "$output" = "auto instead of review" ]
}

@test "a larger amount that loosens is found with the amount that it loosens from" {
  verify 1 not_monotone
  says "counterexample monotone amount: up"
  says "amount matters; auto at not_monotone.lua:8, though exception at not_monotone.lua:7 with amount = 20000.0"
}

@test "a missing answer is found" {
  verify 1 missing_answer
  says "counterexample every decision gets a level"
  says "segment matters; nothing at missing_answer.lua:11"
  says 'segment = "staff"'
}

@test "what is proved takes less than a second" {
  for policy in sound needle dead_branch not_monotone missing_answer; do
    timeout 1 "$PILOTAGE" verify "$PLANTED" --set "policy=$policy.lua" >/dev/null || [ $? -eq 1 ]
  done
}

@test "stock Lua and every instruction set give the same verdict" {
  for policy in sound dead_branch needle not_monotone missing_answer; do
    "$PILOTAGE" verify "$PLANTED" --set "policy=$policy.lua" >lanes.txt || [ $? -eq 1 ]
    "$PILOTAGE" verify "$PLANTED" --set "policy=$policy.lua" --engine scalar >scalar.txt || [ $? -eq 1 ]
    "$PILOTAGE" verify "$PLANTED" --set "policy=$policy.lua" --isa portable >portable.txt || [ $? -eq 1 ]
    cmp lanes.txt scalar.txt
    cmp lanes.txt portable.txt
  done
}

@test "every shipped policy keeps what its scenario promises, proved" {
  for scenario in "$ROOT"/scenarios/policy_*.yaml; do
    run -0 "$PILOTAGE" verify "$scenario"
    says "never "
    says "monotone "
    ! grep -q 'counterexample\|none in\|no decision reaches' <<<"$output"
    grep -q '^never:' "$scenario"
    grep -q '^monotone:' "$scenario"
    run -0 "$PILOTAGE" check "$scenario"
  done
}

@test "a shipped policy with a limit beyond the range has a branch that nothing reaches" {
  run -0 "$PILOTAGE" verify "$ROOT/scenarios/policy_fraud.yaml" --set settings.score_limit=0
  says "contradictory: what it asks for can never be"
}

@test "JSON holds promises, branches, and the answer that is missing" {
  verify 1 missing_answer --format json
  for words in '"kind": "verify"' '"result": "counterexample"' '"result": "proved"' '"cells": 120' '"missing_answers": {' \
    '"segment": "staff"' '"level": null' '"matters": [' '"state": "reached"' '"place": "missing_answer.lua:5"'; do
    says "$words"
  done
  verify 0 dead_branch --format json
  says '"state": "contradictory"'
  says '"state": "shadowed"'
  grep -A2 '"hidden_by": \[$' <<<"$output" | grep -qF '"dead_branch.lua:8"'
  python3 -c 'import json,sys; json.load(sys.stdin)' <<<"$output" 2>/dev/null || ! command -v python3 >/dev/null
}

@test "what cannot be proved is searched, and says why" {
  write_plan 'never: "d.sensitive and level == '"'auto'"'"' 'always: "d.amount * d.n >= 0"'
  run -0 "$PILOTAGE" verify plan.yaml --tries 3000
  says "proved, 6 cells never d.sensitive and level == 'auto'"
  says "none in 3,006 tried always d.amount * d.n >= 0"
  says "\"always d.amount * d.n >= 0\" is searched, not proved: d.amount and d.n are worked into one number."
}

@test "a policy that draws is searched, with the same answer for the same seed" {
  write_plan 'never: "d.sensitive and level == '"'auto'"'"'
  write policy.lua <<'LUA'
return function(d, p)
  if d.sensitive and draw.uniform(0, 1, "look") < 0.99 then return "review" end
  return "auto"
end
LUA
  run -1 "$PILOTAGE" verify plan.yaml
  says "it draws random numbers"
  says "with the draws of decision"
  "$PILOTAGE" verify plan.yaml >again.txt || [ $? -eq 1 ]
  "$PILOTAGE" verify plan.yaml --engine scalar >scalar.txt || [ $? -eq 1 ]
  diff <(echo "$output") again.txt
  cmp again.txt scalar.txt
}

@test "a domain says which decisions there are" {
  write_plan 'always: "level ~= '"'exception'"'"' 'domain: {amount: [0, 5000], segment: [retail, other]}'
  run -0 "$PILOTAGE" verify plan.yaml
  says "amount 0 to 5000 (domain)"
  says 'segment "retail", "other" (domain)'
  says "policy.lua:3 contradictory: what it asks for can never be"
  write_plan 'never: "d.segment == '"'other'"' and level == '"'auto'"'"' 'domain: {segment: [retail, other]}'
  run -1 "$PILOTAGE" verify plan.yaml
  says 'segment = "other"'
}

@test "an order of levels decides what is looser" {
  write_plan 'monotone: {amount: up}'
  run -0 "$PILOTAGE" verify plan.yaml
  write_plan 'monotone: {amount: up}' 'order: [exception, auto, review, collaborate]'
  run -1 "$PILOTAGE" verify plan.yaml
  says "exception at policy.lua:3, though auto at policy.lua:4 with amount = "
}

@test "errors in promises stand at their lines" {
  refused "plan.yaml:11:8: never: unexpected symbol near 'and'" 'never: "d.sensitive and and level"'
  refused 'plan.yaml:11:8: never: decisions have no field "sensitve", did you mean "sensitive"?' 'never: "d.sensitve"'
  refused 'plan.yaml:11:9: never: no level "atuo", did you mean "auto"?' 'never: ["d.sensitive and level == '"'atuo'"'"]'
  refused 'plan.yaml:11:8: never d.amount: expected true or false, found a number' 'never: "d.amount"'
  refused 'plan.yaml:11:9: always d.sensitive and 1 or 0: expected true or false, found a number' 'always: "d.sensitive and 1 or 0"'
  refused "plan.yaml:11:8: never level: expected true or false, found a text" 'never: level'
  refused 'plan.yaml:11:8: never: expected a Lua expression over d, p and level, such as "d.sensitive and level == '"'auto'"'", found 3' 'never: 3'
  refused 'plan.yaml:11:12: monotone: decisions have no field "amont", did you mean "amount"?' 'monotone: {amont: up}'
  refused 'plan.yaml:11:20: monotone: amount: expected up (raising it never loosens the level) or down (lowering it never does), found "upward"' 'monotone: {amount: upward}'
  refused 'plan.yaml:11:12: monotone: segment: the field holds texts, which have no order' 'monotone: {segment: up}'
  refused 'plan.yaml:11:12: monotone: twice: the field is computed from others, which would change with it' 'monotone: {twice: up}'
}

@test "an error while a promise is worked out names the decision" {
  write_plan 'never: "d.amount > p.limt"'
  run -2 "$PILOTAGE" verify plan.yaml
  [[ $output == 'pilotage: plan.yaml:11:8: never d.amount > p.limt: no setting "limt", did you mean "limit"? (d = { amount = '* ]]
  write_plan 'never: "d.amount > p.limit and d.segment.x.y"' # only some decisions get there
  run -2 "$PILOTAGE" verify plan.yaml
  [[ $output == *"attempt to index a nil value (field 'x') (d = { amount = "* ]]
}

@test "errors in domains stand at their lines" {
  refused 'plan.yaml:11:18: domain: amount: the range from 5 to 1 is empty' 'domain: {amount: [5, 1]}'
  refused 'plan.yaml:11:13: domain: n: the range from 1.2 to 1.8 is empty: the field holds whole numbers' 'domain: {n: [1.2, 1.8]}'
  refused 'plan.yaml:11:18: domain: amount: expected a range [LOWEST, HIGHEST], such as [0, 1000000], found 5' 'domain: {amount: 5}'
  refused 'plan.yaml:11:19: domain: segment: the list is empty: no decision could be made' 'domain: {segment: []}'
  refused 'plan.yaml:11:23: domain: segment: "a" stands there twice' 'domain: {segment: [a, a]}'
  refused 'plan.yaml:11:22: domain: sensitive: expected true or false, found "maybe"' 'domain: {sensitive: [maybe]}'
  refused 'plan.yaml:11:10: domain: decisions have no field "sgment", did you mean "segment"?' 'domain: {sgment: [a]}'
  refused 'plan.yaml:11:10: domain: twice: the field is computed: its values follow from those of the fields that it is made of' 'domain: {twice: [0, 1]}'
}

@test "run and check read promises too" {
  write_plan 'monotone: {amont: up}'
  run -2 "$PILOTAGE" run plan.yaml
  [[ $output == *'plan.yaml:11:12: monotone: decisions have no field "amont"'* ]]
  write_plan 'never: "d.sensitve"'
  run -2 "$PILOTAGE" check plan.yaml
  [[ $output == *'plan.yaml:11:8: never: decisions have no field "sensitve", did you mean "sensitive"?'* ]]
}

@test "verify is asked for one policy's scenario" {
  run -2 "$PILOTAGE" verify
  [ "$output" = "pilotage: verify: expected one policy's scenario, found 0 (pilotage verify --help)" ]
  run -2 "$PILOTAGE" verify policy.lua
  [[ $output == *"policy.lua is a script; its scenario says which decisions there are"* ]]
  run -2 "$PILOTAGE" verify "$PLANTED" --format csv
  [ "$output" = "pilotage: --format: verify writes text or json" ]
}

@test "SIGINT ends a search within a second: what was tried is shown, exit status 130" {
  write slow.lua <<'LUA'
return function(d, p)
  local sum = 0
  for i = 1, 2000 do sum = sum + math.sin(d.a * i) * d.b end
  return sum > 1e9 and "review" or "auto"
end
LUA
  write slow.yaml <<'YAML'
policy: slow.lua
decisions: {per_day: 1, fields: {a: {normal: [0, 1]}, b: {normal: [0, 1]}}}
levels: {review: {minutes: 1, catches: 1}}
reviewers: {count: 1, hours_per_day: 8, cost_per_hour: 1}
never: ["level == 'review'"]
YAML
  "$PILOTAGE" verify slow.yaml --tries 1000000000 >out 2>error 3>&- &
  child=$!
  sleep 0.7
  start=$(date +%s%N)
  kill -INT $child
  status=0
  wait $child || status=$?
  [ "$status" = 130 ]
  [ $((($(date +%s%N) - start) / 1000000)) -lt 5000 ]
  grep -q "Stopped before all was tried" out
  grep -Eq "none in [0-9,]+ tried +never level == 'review'" out
}

@test "an answer is not written over the scenario that was asked for" {
  cp "$ROOT"/tests/policies/*.lua "$ROOT"/tests/policies/planted.yaml .
  ln -s planted.yaml other.yaml
  for verb in verify "run -n 2" "frontier --vary settings.amount_limit=1:2:2"; do
    run -2 --separate-stderr "$PILOTAGE" $verb planted.yaml -o ./other.yaml
    [ "$stderr" = 'pilotage: --output names the input, "./other.yaml"' ]
  done
  cmp planted.yaml "$ROOT/tests/policies/planted.yaml"
}
