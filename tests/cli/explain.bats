#!/usr/bin/env bats
# pilotage explain: the path with its values, and changes that are the smallest there are.
# SPDX-License-Identifier: Apache-2.0
load common

explain() { # POLICY DECISION [OPTION…]
  local policy=$1 decision=$2
  shift 2
  run -0 "$PILOTAGE" explain "$policy" --decision "$decision" "$@"
}

FRAUD=$ROOT/scenarios/policy_fraud.yaml

@test "the line that decided, the way there with values, the nearest changes" {
  cd "$ROOT"
  explain scenarios/policy_fraud.yaml '{"action": "hold", "segment": "private", "score": 0.7, "amount": 6200, "balance": 3000, "novel": false}'
  [ "$output" = 'exception: over the limit

  policy      scenarios/policy_fraud.yaml
  decided by  scripts/policy/fraud.lua:19

The way there
─────────────
  line          was    what it says and compares
  ────────────  ─────  ─────────────────────────────────────────────────────────────────────────────────
  fraud.lua:16         if d.novel then return "collaborate", "outside what the model has seen" end
                false    d.novel (false)
  fraud.lua:17         if d.action == "block" and d.segment == "vip" then return "review", "high-value …
                false    d.action ("hold") == "block"
  fraud.lua:18         if d.action == "block" and d.balance > p.balance_limit then return "exception", …
                false    d.action ("hold") == "block"
  fraud.lua:19         if d.amount > p.amount_limit then return "exception", "over the limit" end
                true     d.amount (6,200) > p.amount_limit (1,000)

Smallest changes of one field to another level, nearest first
─────────────────────────────────────────────────────────────
  field    from     to  change  then
  ──────  ─────  ─────  ──────  ─────────────────────────────────────────────
  novel   false   true          collaborate "outside what the model has seen"
  amount  6,200  1,000   -84 %  auto' ] || { echo "$output"; false; }
}

# fields of a decision: NAME=JSON …
as_json() {
  local first= word
  printf '{'
  for word in "$@"; do
    printf '%s"%s": %s' "$first" "${word%%=*}" "${word#*=}"
    first=', '
  done
  printf '}'
}

# changes POLICY NAME=JSON…: "FIELD TO LEVEL" of each change.
changes() {
  local policy=$1
  shift
  "$PILOTAGE" explain "$policy" --decision "$(as_json "$@")" --format json |
    sed -n '/^  "changes"/,$ { s/^ *"\(field\|to\|level\)": \(.*\),$/\1 \2/p }' |
    awk '$1 == "to" { sub(/^to /, ""); gsub(/ /, "_"); to = $0; next } { gsub(/"/, "") } $1 == "field" { field = $2 }
      $1 == "level" { print field, to, $2 }'
}
level_of() {
  local policy=$1
  shift
  "$PILOTAGE" explain "$policy" --decision "$(as_json "$@")" --format json | sed -n 's/^  "level": "\(.*\)",$/\1/p'
}
# NAME=JSON… with one field changed.
with() { # FIELD TO NAME=JSON…
  local field=$1 to=$2 word
  shift 2
  for word in "$@"; do
    [ "${word%%=*}" = "$field" ] && word=$field=${to//_/ }
    printf '%s\n' "$word"
  done
}

# check_changes POLICY LEAST NAME=JSON…: at least so many changes, each of which leads where it says.
check_changes() {
  local policy=$1 least=$2 count=0 own field to level decision
  shift 2
  own=$(level_of "$policy" "$@")
  while read -r field to level; do
    [ "$level" != "$own" ] || { echo "$field does not change $own"; return 1; }
    mapfile -t decision < <(with "$field" "$to" "$@")
    [ "$(level_of "$policy" "${decision[@]}")" = "$level" ] || { echo "$policy: $field $to is no $level"; return 1; }
    count=$((count + 1))
  done < <(changes "$policy" "$@")
  [ "$count" -ge "$least" ] || { echo "$policy: $count changes"; return 1; }
}

@test "every change of every shipped policy leads where it says" {
  local s=$ROOT/scenarios
  check_changes "$s/policy_fraud.yaml" 3 action='"block"' segment='"private"' score=0.9 amount=80 balance=3000 novel=false
  check_changes "$s/policy_content.yaml" 4 category='"home"' novel=false claim=false reach=4000 confidence=0.92
  check_changes "$s/policy_chatbot.yaml" 4 topic='"card"' asks_for_human=false turns=1 confidence=0.93 upset=0.1
  check_changes "$s/policy_pricing.yaml" 2 segment='"retail"' essential=false change=0.01 margin=0.4 weeks_sold=30
  check_changes "$s/policy_credit.yaml" 4 action='"renew"' score=0.12 credit_limit_ntd=140000 months_late=0
  check_changes "$s/policy_strategy.yaml" 4 type='"campaign"' precedent=true cost=5000 weeks_to_undo=1 confidence=0.9
}

@test "a change is the smallest: a step less does not do" {
  run -0 changes "$ROOT/scenarios/policy_credit.yaml" action='"renew"' score=0.12 credit_limit_ntd=140000 months_late=0
  [ "$output" = 'action "refuse" review
score 0.30000000000000004 exception
credit_limit_ntd 400000.00000000006 exception
months_late 4 collaborate' ] || { echo "$output"; false; }
  run -0 changes "$FRAUD" action='"hold"' segment='"private"' score=0.7 amount=1500 balance=10 novel=false
  [[ $output == *'amount 1000.0 auto'* ]]
  run -0 changes "$FRAUD" action='"hold"' segment='"private"' score=0.5 amount=15 balance=10 novel=false
  [[ $output == *'score 0.59999999999999998 auto'* ]]
}

@test "bare policies, computed thresholds, whole steps" {
  write bare.lua <<'LUA'
local rates = { eu = 1.25, us = 0.5 }
return function(d)
  local total = d.amount * rates[d.region] + d.fee
  if total > 1500 then return "review", "large" end
  if d.n ^ 2 >= 1000 then return "exception", "n" end
  return "auto"
end
LUA
  run -0 changes bare.lua amount=1000 region='"eu"' fee=50.0 n=3
  [ "$output" = 'amount 1161 review
fee 250.00000000000014 review
n 32 exception
n -32 exception' ] || { echo "$output"; false; }
  explain bare.lua '{amount: 1000, region: eu, fee: 50.0, n: 3}'
  [[ $output == *'
  bare.lua:4         if total > 1500 then return "review", "large" end
              false    total (1,300) > 1500
  bare.lua:5         if d.n ^ 2 >= 1000 then return "exception", "n" end
              false    d.n ^ 2 (9) >= 1000
  bare.lua:6         return "auto"
'*'  fee        50  just above 250   +400 %  review "large"'* ]] || { echo "$output"; false; }
}

@test "however many changes there are, the nearest is the first" {
  { echo country,score; for i in $(seq 100 549); do echo "C$i,0.$i"; done; } >rows.csv
  write many.lua <<'LUA'
return function(d, p)
  if d.country ~= "C100" then return "review" end
  if d.score > 0.5 then return "exception" end
  return "auto"
end
LUA
  write many.yaml <<'YAML'
policy: many.lua
decisions: {per_day: 10, file: rows.csv}
levels: {review: {minutes: 5}, exception: {minutes: 5}, collaborate: {minutes: 5}}
reviewers: {count: 2, hours_per_day: 8, cost_per_hour: 30}
YAML
  run -0 "$PILOTAGE" explain many.yaml --decision '{country: C100, score: 0.49}'
  [[ "$(sed -n '/^  field /,+3p' <<<"$output" | sed 1,2d)" = '  score '*'just above 0.5'*exception*'  country  '*'"C101"'*review ]]
  [[ "$output" = *'Note: 430 more changes are not shown.' ]]
}

@test "when no single field does it, it says so" {
  write both.lua <<'LUA'
return function(d)
  if d.a > 5 and d.b > 5 then return "review" end
  return "auto"
end
LUA
  explain both.lua '{a: 1, b: 2}'
  [[ $output =~ "No change of a single field leads to another level: "([0-9]+)" other decisions were tried." ]]
  [ "${BASH_REMATCH[1]}" -ge 8 ]
  explain both.lua '{a: 9, b: 2}'
  [[ $output == *'b         2   6  +200 %  review'* ]]
}

@test "what cannot be followed has no path, and changes all the same" {
  write drawn.lua <<'LUA'
return function(d)
  local lot = draw.uniform(0, 1, "lot")
  if d.amount > 700 + lot then return "review" end
  return "auto"
end
LUA
  explain drawn.lua '{amount: 50.0}'
  [[ $output == *'Note: The code could not be followed, so there is no path: drawn.lua:3: a condition that depends on
      a draw. Changes were looked for among constants of the script'* ]]
  [[ $output =~ 'amount    50  '70[01]'.'[0-9]+ ]]
}

@test "masked fields are not shown" {
  explain "$FRAUD" '{"action": "block", "segment": "private", "score": 0.9, "amount": 10, "balance": 31234, "novel": false}'
  [[ $output == *'d.balance (masked) > p.balance_limit (25,000)'* ]]
  [[ $output == *'balance     masked'*'25,000'*'auto'* ]]
  [[ $output != *31234* && $output != *31,234* ]]
  explain "$FRAUD" '{"action": "block", "segment": "private", "score": 0.9, "amount": 10, "balance": 31234, "novel": false}' --format json
  [[ $output == *'"left_value": "masked"'* && $output != *31234* ]]
  [[ $output == *'"from": "masked"'* ]]
  [[ $(sed -n '/"from": "masked"/,/}/p' <<<"$output") != *distance* ]]
  sed "s|\.\./scripts/policy/fraud.lua|named.lua|" "$FRAUD" >named.yaml
  write named.lua <<<'return function(d, p) local held = d.balance if held > p.balance_limit then return "review" end return "auto" end'
  explain named.yaml '{"balance": 31234}'
  [[ $output == *'held (masked) > p.balance_limit (25,000)'* && $output != *31,234* ]]
}

@test "rows of the scenario's recorded decisions" {
  local credit=$ROOT/scenarios/policy_credit.yaml
  run -0 "$PILOTAGE" explain "$credit" --row 17 --format json
  level=$(sed -n 's/^  "level": "\(.*\)",$/\1/p' <<<"$output")
  awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR == 18 {
    printf "action=\"%s\" score=%s credit_limit_ntd=%s months_late=%s\n", $at["action"], $at["score"],
      $at["credit_limit_ntd"], $at["months_late"] }' "$ROOT/scenarios/data/credit.csv" >row.txt
  read -ra row <row.txt
  [ "$(level_of "$credit" "${row[@]}")" = "$level" ]
  score=$(sed -n 's/.* score=\([^ ]*\).*/\1/p' row.txt)
  grep -qF "\"left_value\": $score" <<<"$output"
  run -2 --separate-stderr "$PILOTAGE" explain "$credit" --row 7501
  [[ $stderr == *'credit.csv: --row: there is no row 7501; it has 7500' ]]
  run -2 --separate-stderr "$PILOTAGE" explain "$FRAUD" --row 1
  [[ $stderr == *'has no recorded decisions (decisions: file:); name a file behind it, or give --decision' ]]
}

@test "rows of a file of decisions" {
  write in.csv <<'CSV'
id,action,segment,score,amount,balance,novel
a,hold,private,0.9,80,100,0
b,block,"vip",0.7,5,10,FALSE
c,hold,private,x,5,10,0
CSV
  run -0 "$PILOTAGE" explain "$FRAUD" in.csv --row 2
  [[ $output == 'review: high-value account
'*'d.action ("block") == "block"'* ]]
  run -2 --separate-stderr "$PILOTAGE" explain "$FRAUD" in.csv --row 3
  [ "$stderr" = 'pilotage: in.csv:4: row 3: field "score": expected a number, found "x"' ]
  run -2 --separate-stderr "$PILOTAGE" explain "$FRAUD" in.csv --row 4
  [ "$stderr" = 'pilotage: in.csv: --row: there is no row 4; it has 3' ]
  write in.jsonl <<'JSONL'
{"action": "hold", "segment": "private", "score": 0.9, "amount": 80, "balance": 100, "novel": true, "more": [1, 2]}
{"action": "hold", "segment": "private", "score": 0.5, "amount": 80, "balance": 100, "novel": false}
JSONL
  run -0 "$PILOTAGE" explain "$FRAUD" in.jsonl --row 2
  [[ $output == 'exception: not sure enough
'* ]]
  grep -qE '^ *score +0\.5 +0\.6 +\+20 % +auto$' <<<"$output"
  run -0 "$PILOTAGE" explain "$FRAUD" - --row 1 <in.jsonl
  [[ $output == 'collaborate: outside what the model has seen
'* ]]
  run -2 --separate-stderr "$PILOTAGE" explain "$FRAUD" nowhere.csv --row 1
  [[ $stderr == 'pilotage: '*'nowhere.csv'* ]]
  write bare.lua <<<'return function(d) if d.n > 2.5 then return "review", d.who end return "auto" end'
  printf 'n,who
1,Ann
2.75,Bo
' >bare.csv
  run -0 "$PILOTAGE" explain bare.lua bare.csv --row 2
  [[ $output == 'review: Bo
'* ]]
  grep -qE '^ *n +2\.75 +2\.5 +-9\.1 % +auto$' <<<"$output"
}

# refused DECISION MESSAGE
refused() {
  run -2 --separate-stderr "$PILOTAGE" explain policy.yaml --decision "$1"
  [ "$stderr" = "pilotage: $2" ] || { echo "$stderr"; return 1; }
}

@test "what is wrong with a decision" {
  sed "s|\.\./scripts|$ROOT/scripts|" "$FRAUD" >policy.yaml
  refused '{"ammount": 3}' '--decision:1:2: field "ammount": decisions of policy.yaml have none of that name, did you mean "amount"?'
  refused '{"amount": "3"}' '--decision:1:12: field "amount": expected a number, found "3" in quotes'
  refused '{"novel": 1}' '--decision:1:11: field "novel": expected true or false, found 1'
  refused '{"action": 1}' '--decision:1:12: field "action": expected a text, found 1'
  refused '{"novel": null}' '--decision:1:11: field "novel": expected true or false, found null (nothing)'
  refused '{"novel": false, "action": "hold"}' "$ROOT/scripts/policy/fraud.lua:19: no field \"amount\""
  refused '[1, 2]' '--decision:1:1: the decision: expected a map, found a list'
  refused '{"novel": ' '--decision:1: expected a value, found: the end of the file'
  write odd.lua <<<'return function(d) return "maybe" end'
  run -2 --separate-stderr "$PILOTAGE" explain odd.lua --decision '{}'
  [ "$stderr" = 'pilotage: odd.lua:1: the policy returned "maybe"; a level is auto, review, exception or collaborate' ]
}

@test "what is wrong with the command" {
  run -2 --separate-stderr "$PILOTAGE" explain
  [ "$stderr" = 'pilotage: explain: expected a policy (and perhaps a file of decisions), found 0 files (pilotage explain --help)' ]
  run -2 --separate-stderr "$PILOTAGE" explain x.lua
  [ "$stderr" = 'pilotage: explain: give --decision or --row' ]
  run -2 --separate-stderr "$PILOTAGE" explain x.lua --row 1 --decision '{}'
  [ "$stderr" = 'pilotage: give --decision or --row, not both' ]
  run -2 --separate-stderr "$PILOTAGE" explain x.lua y.csv --decision '{}'
  [ "$stderr" = 'pilotage: a file of decisions goes with --row, not with --decision' ]
  run -2 --separate-stderr "$PILOTAGE" explain x.lua --decision '{}'
  [ "$stderr" = 'pilotage: cannot read "x.lua": No such file or directory' ]
  run -0 "$PILOTAGE" explain --help
}

@test "json has the path and the changes" {
  explain "$FRAUD" '{"action": "hold", "segment": "private", "score": 0.7, "amount": 6200, "balance": 3000, "novel": false}' --format json
  flat=$(tr -d '\n' <<<"$output" | tr -s ' ')
  [[ $flat == *'"kind": "explanation", '*'"level": "exception", "reason": "over the limit", '* ]]
  [[ $flat == *'"line": 19, "left": "d.amount", "left_value": 6200.0, "operator": ">", "right": "p.amount_limit", "right_value": 1000, "holds": true }'* ]]
  [[ $flat == *'"field": "amount", "from": 6200.0, "to": 1000.0, "level": "auto", "reason": null, '* ]]
}
