#!/usr/bin/env bats
# The shipped policies of scripts/policy: their cases under their scenario's settings, in lanes as in stock Lua,
# what their comments and tests name; and the faults that are planted in tests/policies.
# SPDX-License-Identifier: Apache-2.0
load common

POLICIES='credit content pricing fraud chatbot strategy'
LUA=$ROOT/scripts/policy

# What a scenario says below `KEY:`, and below `fields:` of its decisions.
block() { # SCENARIO KEY
  awk -v key="$2" '$0 ~ "^" key ":" { sub(/^[a-z]+: */, ""); if ($0 ~ /^{/) print " ", $0; on = 1; next }
    /^[^ #]/ { on = 0 } on' "$1"
}
drawn_fields() { # SCENARIO
  awk '/^    / && on { print substr($0, 3) } /^  fields:/ { on = 1 } /^[^ ]/ { on = 0 }' "$1"
}
# Fields that a policy documents, settings that it documents.
documented() { # POLICY LETTER
  sed -n "s/^---   $2\.\([a-z_]*\) .*/\1/p" "$LUA/$1.lua" | sort -u
}
code() { # POLICY: without its comments
  sed 's/--.*//' "$LUA/$1.lua"
}

# write_answers POLICY.lua SCENARIO TRIALS [FIELD…]: answers.yaml is a rollout that asks the policy about decisions as
# the scenario draws them. FIELDs that are not drawn are those of a row of its file.
write_answers() {
  local policy=$1 scenario=$2 trials=$3 file drawn recorded
  shift 3
  cp "$ROOT/tests/policies/answers.lua" .
  cp "$policy" subject.lua
  drawn=$(drawn_fields "$scenario" | sed -n 's/^  \([a-z_]*\):.*/\1/p')
  recorded=$(printf '%s\n' "$@" | grep -vxF "${drawn:-none}" || true)
  file=$(sed -n 's/^.*file: \([^,}]*\).*/\1/p' "$scenario")
  {
    printf 'rollout: answers.lua\ntrials: %s\ninputs:\n' "$trials"
    [ -z "$file" ] || printf '  row: {row: rows}\n'
    drawn_fields "$scenario"
    [ -z "$file" ] || printf 'data: {rows: {file: "%s"}}\n' "$ROOT/scenarios/$file"
    echo 'settings:'
    if [[ $(block "$scenario" settings) == *{amount_limit* ]]; then # one line
      block "$scenario" settings | tr -d '{}' | tr , '\n' | sed 's/^ */  /'
    else
      block "$scenario" settings
    fi
    echo "  drawn: [$(paste -sd, <<<"$drawn")]"
    echo "  recorded: [$(paste -sd, <<<"$recorded")]"
  } >answers.yaml
}

# column NAME FILE.csv: that column, without its head.
column() {
  awk -F , -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }' "$2"
}

@test "every case of every policy is answered as it says, under the scenario's settings" {
  local policy
  cp "$ROOT/tests/policies/cases.lua" .
  for policy in $POLICIES; do
    cp "$LUA/$policy.lua" subject.lua
    cp "$LUA/${policy}_test.lua" subject_test.lua
    { printf 'rollout: cases.lua\ntrials: 1\nsettings:\n'
      block "$ROOT/scenarios/policy_$policy.yaml" settings; } >cases.yaml
    "$PILOTAGE" run cases.yaml --quiet --samples cases.csv --output answer.txt
    [ "$(column wrong cases.csv)" = none ] || { echo "$policy: $(column wrong cases.csv)"; return 1; }
    [ "$(column cases cases.csv)" -eq "$(grep -c '{ name = ' "$LUA/${policy}_test.lua")" ]
    [ "$(column cases cases.csv)" -ge 13 ]
  done
}

@test "a case that is answered otherwise is found" {
  cp "$ROOT/tests/policies/cases.lua" .
  cp "$LUA/fraud.lua" subject.lua
  sed 's/amount = 1000 }/amount = 1000.5 }/' "$LUA/fraud_test.lua" >subject_test.lua
  { printf 'rollout: cases.lua\ntrials: 1\nsettings:\n'
    block "$ROOT/scenarios/policy_fraud.yaml" settings; } >cases.yaml
  "$PILOTAGE" run cases.yaml --quiet --samples cases.csv --output answer.txt
  [ "$(column wrong cases.csv)" = 'a payment at the limit: exception - over the limit' ]
}

@test "cases reach every answer that a policy has, and name its own scenario" {
  local policy answer
  for policy in $POLICIES; do
    grep -qF "policy = \"../../scenarios/policy_$policy.yaml\"" "$LUA/${policy}_test.lua"
    while read -r answer; do
      tr -d '\n' <"$LUA/${policy}_test.lua" | sed 's/,  *level/, level/g' | grep -qF "$answer" ||
        { echo "$policy: no case for $answer"; return 1; }
    done < <(code "$policy" | sed -n 's/.*return "\([a-z]*\)", "\(.*\)" end/level = "\1", reason = "\2" }/p'
      echo 'level = "auto" }')
  done
}

@test "comments name the fields and settings that a policy reads, no more, and scenarios set them" {
  local policy letter
  for policy in $POLICIES credit_today; do
    for letter in d p; do
      cmp <(documented "$policy" $letter) <(code "$policy" | grep -oE "\b$letter\.[a-z_]+" | cut -d. -f2 | sort -u) ||
        { echo "$policy: $letter"; return 1; }
    done
    while read -r name; do
      block "$ROOT/scenarios/policy_${policy%_today}.yaml" settings | grep -qE "^  $name: "
    done < <(documented "$policy" p)
  done
}

@test "every policy runs wholly in lanes, with the bits of stock Lua, and reaches each of its answers" {
  local policy engine
  for policy in $POLICIES credit_today; do
    write_answers "$LUA/$policy.lua" "$ROOT/scenarios/policy_${policy%_today}.yaml" 20000 $(documented "$policy" d)
    for engine in scalar lanes; do
      "$PILOTAGE" run answers.yaml --quiet --engine $engine --explain-engine --samples $engine.csv \
        --output $engine.txt
    done
    cmp scalar.csv lanes.csv
    grep -qE '^ *in stock Lua +0 trials$' lanes.txt || { echo "$policy"; sed -n '/What ran/,$p' lanes.txt; return 1; }
    cmp <(paste -d/ <(column level lanes.csv) <(column reason lanes.csv) | sort -u) \
      <({ echo auto/none; code "$policy" | sed -n 's|.*return "\([a-z]*\)", "\(.*\)" end|\1/\2|p'; } | sort -u) ||
      { echo "$policy"; return 1; }
  done
}

@test "a program outside asks a shipped policy by its module's name" {
  write ask.lua <<'LUA'
local credit = require "policy.credit"
local p = { novel_late = 4, limit_ntd = 400000, score_limit = 0.3 }
local level, reason = credit({ action = "refuse", score = 0.7, credit_limit_ntd = 50000, months_late = 2 }, p)
return { level, reason }
LUA
  run -0 "$PILOTAGE" eval ask.lua
  [ "$output" = '{review, a refusal is never automatic}' ]
}

@test "sex and age change no answer on credit" {
  run ! grep -nE 'd\.(sex|age)' "$LUA/credit.lua" "$LUA/credit_today.lua"
  grep -qx 'mask: \[sex, age_band\]' "$ROOT/scenarios/policy_credit.yaml"
}

@test "figures in the header of policy_credit.yaml are those of the data" {
  run -0 awk -F , 'NR > 1 { n++; missed += $9; score += $7
      refused += $8 == "refuse"; right += $8 == "refuse" && $9 == 1
      large += $4 > 400000; close_by += $7 > 0.3 && $8 == "renew"
      auto = $6 < 4 && $8 == "renew" && $4 <= 400000 && $7 <= 0.3
      of[$2]++; of[$3]++; passed[$2] += auto; passed[$3] += auto; late[$2] += $9 }
    END { printf "%d %.2f %.4f %d %d ", n, 100 * missed / n, score / n, refused, right
      printf "%.1f %.1f\n", 100 * large / n, 100 * close_by / n
      printf "%.1f %.1f %.1f %.1f\n", 100 * passed["female"] / of["female"], 100 * passed["male"] / of["male"],
        100 * late["female"] / of["female"], 100 * late["male"] / of["male"]
      printf "%.1f %.1f %.1f\n", 100 * passed["under 30"] / of["under 30"], 100 * passed["30 to 44"] / of["30 to 44"],
        100 * passed["45 and over"] / of["45 and over"] }' "$ROOT/scenarios/data/credit.csv"
  [ "$output" = '7500 21.85 0.2195 871 603 5.9 8.1
76.7 70.9 20.3 24.5
77.5 74.6 69.2' ]
}

@test "credit.csv has the rows of the scored data" {
  local source="$SHARED/data/hitl/credit_default_scored.csv"
  [ -e "$source" ] || skip "../shared/data/hitl is not here"
  cmp <(cut -d, -f 1,4-7,9 "$ROOT/scenarios/data/credit.csv") "$source"
}

# planted POLICY: 100,000 drawn decisions in planted.csv, and "level/reason" of each in answers.txt.
planted() {
  write_answers "$ROOT/tests/policies/$1.lua" "$ROOT/tests/policies/planted.yaml" 100000
  "$PILOTAGE" run answers.yaml --quiet --samples planted.csv --output answer.txt
  paste -d/ <(column level planted.csv) <(column reason planted.csv) >answers.txt
}
# answer POLICY FIELDS: what it says of the usual decision with these fields.
answer() {
  cp "$ROOT/tests/policies/$1.lua" .
  write one.lua <<LUA
local d = { confidence = 0.9, sensitive = false, segment = "retail", change = 0, amount = 100, $2 }
local p = { amount_limit = 5000, large_limit = 20000, confidence_limit = 0.7, key_rise = 0.05 }
return { require "$1"(d, p) }
LUA
  "$PILOTAGE" eval one.lua
}

@test "planted: the sound policy never leaves what is sensitive to itself" {
  planted sound
  [ "$(sort -u answers.txt | wc -l)" -eq 5 ]
  paste -d' ' <(column sensitive planted.csv) <(column level planted.csv) >seen.txt
  [ "$(grep -c '^1 review' seen.txt)" -gt 1000 ]
  run ! grep -q '^1 auto' seen.txt
}

@test "planted: two branches are dead" {
  planted dead_branch
  [ "$(sort -u answers.txt)" = 'auto/none
collaborate/not sure
exception/over the limit
review/sensitive' ]
}

@test "planted: an answer is missing for staff alone" {
  planted missing_answer
  paste -d' ' <(column segment planted.csv) <(column level planted.csv) >seen.txt
  [ "$(grep ' nothing$' seen.txt | sort -u)" = 'staff nothing' ]
}

@test "planted: a larger amount loosens" {
  [[ $(answer not_monotone 'amount = 20000') == *exception* ]]
  [[ $(answer not_monotone 'amount = 20001') == *auto* ]]
  [[ $(answer sound 'amount = 20001') == *exception* ]]
}

@test "planted: 100,000 decisions miss the needle" {
  planted needle
  [ "$(grep -c '^auto' answers.txt)" -gt 1000 ]
  paste -d' ' <(column sensitive planted.csv) <(column level planted.csv) >seen.txt
  [ "$(grep -c '^1 review' seen.txt)" -gt 1000 ]
  run ! grep -q '^1 auto' seen.txt
  [[ $(answer needle 'sensitive = true, amount = 5000') == *auto* ]]
  [[ $(answer sound 'sensitive = true, amount = 5000') == *review* ]]
}
