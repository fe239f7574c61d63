#!/usr/bin/env bats
# pilotage test: cases and test functions, what of a policy they cover, and what is wrong with files, to the letter.
# SPDX-License-Identifier: Apache-2.0
load common

# p.lua: every kind of conditional. Its settings are p.limit and p.list.
write_policy() {
  write p.lua <<'LUA'
local function is_listed(kind, p)
  for _, name in ipairs(p.list) do
    if kind == name then return true end
  end
  return false
end

return function(d, p)
  if d.amount > p.limit and d.kind ~= "vip" then
    return "review", "large"
  elseif is_listed(d.kind, p) then
    return "exception", "listed"
  end
  return d.novel and "collaborate" or "auto"
end
LUA
  write p.yaml <<'YAML'
policy: p.lua
settings: {limit: 100, list: [odd, strange]}
decisions:
  per_day: 10
  fields:
    amount: {lognormal: {p5: 10, p95: 500}}
    kind: {discrete: {values: [plain, vip, odd], weights: [8, 1, 1]}}
    novel: {bernoulli: 0.1}
    size: {discrete: {values: [1, 2, 3]}}
levels: {review: {minutes: 5}, exception: {minutes: 5}, collaborate: {minutes: 5}}
reviewers: {count: 1, hours_per_day: 8, cost_per_hour: 30}
YAML
}

@test "shipped policies pass their tests, and these cover all their lines and branches" {
  cd "$ROOT"
  run -0 "$PILOTAGE" test scripts/policy --threshold 90
  for policy in chatbot content credit credit_today fraud pricing strategy; do
    [[ $output =~ "scripts/policy/$policy.lua: lines "([0-9]+)" of "([0-9]+)", branches "([0-9]+)" of "([0-9]+) ]]
    [ "${BASH_REMATCH[1]}" -gt 2 ] && [ "${BASH_REMATCH[1]}" -eq "${BASH_REMATCH[2]}" ]
    [ "${BASH_REMATCH[3]}" -gt 3 ] && [ "${BASH_REMATCH[3]}" -eq "${BASH_REMATCH[4]}" ]
  done
  cases=$(cat scripts/policy/*_test.lua | grep -c '{ name = ')
  [ "${lines[-1]}" = "$cases passed, 0 failed" ]
}

@test "each rule of a shipped policy that is taken out of its cases is a gap" {
  cp -r "$ROOT/scripts" "$ROOT/scenarios" .
  sed -i '/amount = 1000.01/,+1d' scripts/policy/fraud_test.lua
  run -1 "$PILOTAGE" test scripts/policy/fraud_test.lua --threshold 100
  [[ $output == *"      line 19: d.amount > p.amount_limit is never true
      below 100 %: lines 100.0 %, branches 92.9 %"* ]]
  run -0 "$PILOTAGE" test scripts/policy/fraud_test.lua --threshold 90
}

@test "failures say what was expected, what came, and the line that decided" {
  write_policy
  write p_test.lua <<'LUA'
return {
  policy = "p.yaml",
  cases = {
    { name = "large", d = { amount = 101, kind = "plain", novel = false }, level = "review", reason = "large" },
    { name = "another level", d = { amount = 101, kind = "plain", novel = false }, level = "auto" },
    { name = "another reason", d = { amount = 101, kind = "plain", novel = false }, level = "review", reason = "Large" },
    { name = "any reason", d = { amount = 1, kind = "odd", novel = false }, level = "exception" },
    { name = "no reason came", d = { amount = 1, kind = "vip", novel = true }, level = "collaborate", reason = "new" },
    { d = { amount = 1, kind = "plain" }, level = "auto" },
    { name = "ammount", d = { ammount = 1, kind = "plain", novel = false }, level = "auto" },
    { name = "a text", d = { amount = "1", kind = "plain", novel = false }, level = "auto" },
    { name = "half", d = { amount = 1, size = "2", kind = "plain", novel = false }, level = "auto" },
    { name = "other settings", d = { amount = 101, kind = "plain", novel = false }, settings = { limit = 200 }, level = "auto" },
    { name = "no such setting", d = { amount = 101, kind = "plain", novel = false }, settings = { limmit = 2 }, level = "auto" },
  },
}
LUA
  run -1 "$PILOTAGE" test p_test.lua
  [ "$output" = 'PASS  p_test.lua: large
FAIL  p_test.lua: another level
      expected  auto
      got       review "large", decided by p.lua:10
FAIL  p_test.lua: another reason
      expected  review "Large"
      got       review "large", decided by p.lua:10
PASS  p_test.lua: any reason
FAIL  p_test.lua: no reason came
      expected  collaborate "new"
      got       collaborate, decided by p.lua:14
FAIL  p_test.lua: case 6
      p.lua:14: no field "novel"
FAIL  p_test.lua: ammount
      field "ammount": decisions of p.yaml have none of that name, did you mean "amount"?
FAIL  p_test.lua: a text
      field "amount": expected a number, found "1"
FAIL  p_test.lua: half
      field "size": expected a whole number, found "2"
PASS  p_test.lua: other settings
FAIL  p_test.lua: no such setting
      settings: p.yaml has no setting "limmit", did you mean "limit"?
3 passed, 8 failed' ] || { echo "$output"; false; }
}

@test "test functions ask the policy with decide" {
  write_policy
  write p_test.lua <<'LUA'
local function usual(amount) return { amount = amount, kind = "plain", novel = false } end

function test_global(decide)
  assert(decide(usual(1)) == "auto")
end

return {
  policy = "p.yaml",
  test_limit = function(decide)
    for amount = 1, 200 do
      local level, reason, place = decide(usual(amount))
      assert(level == (amount > 100 and "review" or "auto"))
      assert(reason == (amount > 100 and "large" or nil))
      assert(place == (amount > 100 and "p.lua:10" or "p.lua:14"))
    end
  end,
  test_settings = function(decide)
    assert(decide(usual(150), { limit = 150 }) == "auto")
    assert(decide(usual(150)) == "review")
  end,
  test_fails = function(decide) assert(decide(usual(101)) == "auto", "should be auto") end,
  test_raises = function() local x = nil; return x.y end,
  test_catches = function(decide)
    local ok, message = pcall(decide, { amount = 1 })
    assert(not ok and message:find('no field "kind"', 1, true), message)
  end,
  test_number = function(decide) decide(3) end,
}
LUA
  run -1 "$PILOTAGE" test p_test.lua
  [ "$output" = 'PASS  p_test.lua: test_global
PASS  p_test.lua: test_limit
PASS  p_test.lua: test_settings
FAIL  p_test.lua: test_fails
      p_test.lua:21: should be auto
FAIL  p_test.lua: test_raises
      p_test.lua:22: attempt to index a nil value (local '"'x'"')
PASS  p_test.lua: test_catches
FAIL  p_test.lua: test_number
      p_test.lua:27: decide: d: expected a table, found 3
4 passed, 3 failed' ] || { echo "$output"; false; }
}

@test "values are of the kinds that the scenario's decisions have" {
  write kinds.lua <<'LUA'
return function(d)
  return "auto", math.type(d.amount) .. " " .. math.type(d.size) .. " " .. type(d.novel)
end
LUA
  write_policy
  sed 's/p.lua/kinds.lua/' p.yaml >kinds.yaml
  write kinds_test.lua <<'LUA'
return { policy = "kinds.yaml", cases = {
  { d = { amount = 3, size = 2.0, novel = true }, level = "auto", reason = "float integer boolean" },
  { d = { amount = 3, size = 2.5, novel = true }, level = "auto", reason = "float float boolean" } } }
LUA
  run -0 "$PILOTAGE" test kinds_test.lua
  write bare_test.lua <<'LUA'
return { policy = "kinds.lua", cases = {
  { d = { amount = 3, size = 2.0, novel = "x" }, level = "auto", reason = "integer float string" } } }
LUA
  run -0 "$PILOTAGE" test bare_test.lua
}

@test "a bare policy has no settings but a case's own; lists and maps are fields too" {
  write bare.lua <<'LUA'
return function(d, p)
  if #d.parts > 2 and d.parts[3] == "c" then return "review", d.who.name end
  if d.who.age > p.age then return "exception" end
  return "auto"
end
LUA
  write bare_test.lua <<'LUA'
local who = { name = "Ann", age = 30 }
return { policy = "bare.lua", cases = {
  { name = "parts", d = { parts = { "a", "b", "c" }, who = who }, level = "review", reason = "Ann" },
  { name = "age", d = { parts = { "a" }, who = who }, settings = { age = 29 }, level = "exception" },
  { name = "auto", d = { parts = { "a", "b", "x" }, who = who }, settings = { age = 30 }, level = "auto" },
  { name = "none", d = { parts = { "a" }, who = who }, level = "auto" } } }
LUA
  run -1 "$PILOTAGE" test bare_test.lua --coverage
  [ "$output" = 'PASS  bare_test.lua: parts
PASS  bare_test.lua: age
PASS  bare_test.lua: auto
FAIL  bare_test.lua: none
      bare.lua:3: no setting "age"; settings: in the scenario gives it a value

coverage
bare.lua: lines 3 of 3, branches 6 of 6

3 passed, 1 failed' ] || { echo "$output"; false; }
}

@test "coverage counts lines and branches, and names what is missing" {
  write_policy
  write p_test.lua <<'LUA'
return { policy = "p.yaml", cases = { { name = "large", d = { amount = 101, kind = "plain" }, level = "review" } } }
LUA
  run -0 "$PILOTAGE" test p_test.lua --coverage
  [ "$output" = 'PASS  p_test.lua: large

coverage
p.lua: lines 2 of 8, branches 2 of 10
      line 2 is never executed
      line 3 is never executed
      line 5 is never executed
      line 9: d.amount > p.limit is never false
      line 9: d.kind ~= "vip" is never false
      line 11 is never executed
      line 12 is never executed
      line 14 is never executed

1 passed, 0 failed' ] || { echo "$output"; false; }
  run -1 "$PILOTAGE" test p_test.lua --threshold 50
  [[ $output == *'below 50 %: lines 25.0 %, branches 20.0 %'* ]]
  run -0 "$PILOTAGE" test p_test.lua --threshold 20
  sed -i 's/cases = { /&{ d = { amount = 1, kind = "vip", novel = true }, level = "collaborate" }, /' p_test.lua
  run -0 "$PILOTAGE" test p_test.lua --coverage
  [[ $output == *'p.lua: lines 7 of 8, branches 6 of 10
      line 3: kind == name is never true
      line 9: d.kind ~= "vip" is never false
      line 11: is_listed(d.kind, p) is never true
      line 12 is never executed
      line 14: d.novel is never false
'* ]] || { echo "$output"; false; }
}

@test "coverage tells functions on one line apart by what they compare with and know of" {
  write rules.lua <<'LUA'
local low, high = 10, 20
local texts = { function(d) return d.a == "x" end, function(d) return d.b == "y" end }
local bounds = { function(d) return d.n < low end, function(d) return d.n > high end }
local twins = { function(d) return d.n > 1 end, function(d) return d.n > 1 end }
return function(d, p)
  for _, list in ipairs { texts, bounds } do
    for _, rule in ipairs(list) do
      if rule(d) then return "review" end
    end
  end
  return twins[1](d) and "auto" or "exception"
end
LUA
  write rules_test.lua <<'LUA'
return { policy = "rules.lua", cases = {
  { d = { a = "x", b = "-", n = 15 }, level = "review" }, { d = { a = "-", b = "-", n = 5 }, level = "review" },
  { d = { a = "-", b = "-", n = 15 }, level = "auto" } } }
LUA
  run -0 "$PILOTAGE" test rules_test.lua --coverage
  [[ "$output" = *'
      line 2: d.b == "y" is never true
      line 3: d.n > high is never true
      line 4: d.n > 1 is never false
      line 4: d.n > 1 is never false
      line 11: twins[1](d) is never false
'* ]]
}

@test "coverage of several test files adds up, and covers modules beside the policy" {
  write rules.lua <<'LUA'
local rules = {}
function rules.large(d)
  if d.amount > 10 then return true end
  return false
end
return rules
LUA
  write a.lua <<'LUA'
local rules = require "rules"
return function(d) if rules.large(d) then return "review" end return "auto" end
LUA
  sed 's/review/exception/' a.lua >b.lua
  mkdir tests
  for policy in a b; do
    write tests/${policy}_test.lua <<LUA
return { policy = "../$policy.lua", cases = {
  { d = { amount = $([ $policy = a ] && echo 11 || echo 10) }, level = "$([ $policy = a ] && echo review || echo auto)" } } }
LUA
  done
  run -0 "$PILOTAGE" test . --coverage
  [[ $output == *'coverage
a.lua: lines 1 of 1, branches 1 of 2
      line 2: rules.large(d) is never false
rules.lua: lines 2 of 2, branches 2 of 2
b.lua: lines 1 of 1, branches 1 of 2
      line 2: rules.large(d) is never true
'* ]] || { echo "$output"; false; }
}

@test "a policy that no test asks is covered by nothing, and misses the threshold" {
  write p.lua <<<'return function(d) return d.a > 1 and "review" or "auto" end'
  write idle_test.lua <<<'return { policy = "p.lua", test_nothing = function(decide) end }'
  run -1 "$PILOTAGE" test idle_test.lua --threshold 1
  [[ "$output" = *'p.lua: lines 0 of 1, branches 0 of 2'*'line 1 is never executed'* ]]
  run -0 "$PILOTAGE" test idle_test.lua --coverage
}

@test "what cannot be followed has no figure of coverage" {
  write drawn.lua <<'LUA'
return function(d)
  if d.amount < 10 then return "auto" end
  if draw.bernoulli(0.5, "lot") then return "review" end
  return "exception"
end
LUA
  write drawn_test.lua <<'LUA'
return { policy = "drawn.lua", test_lot = function(decide)
  local level = decide { amount = 20 }
  assert(level == "review" or level == "exception")
end }
LUA
  run -0 "$PILOTAGE" test drawn_test.lua --coverage
  [[ $output == *'drawn.lua: could not be followed: drawn.lua:3: a condition that depends on a draw'* ]]
  run -1 "$PILOTAGE" test drawn_test.lua --threshold 1
  [[ $output == *'so nothing shows that the threshold is met'* ]]
  sed -i 's/^end }/decide { amount = 1 } end }/' drawn_test.lua
  run -0 "$PILOTAGE" test drawn_test.lua --coverage
  [[ $output == *'drawn.lua: lines 1 of 3, branches 1 of 4
      line 2: d.amount < 10 is never false
      line 3 is never executed
      line 4 is never executed
      1 of 2 decisions could not be followed and are not in these figures: drawn.lua:3: a condition that depends on a draw'* ]]
}

@test "an endless test, and an endless policy, do not hang the rest" {
  write_policy
  write p_test.lua <<'LUA'
return {
  policy = "p.yaml",
  test_endless = function() while true do end end,
  test_after = function(decide) assert(decide { amount = 1, kind = "plain", novel = false } == "auto") end,
}
LUA
  write slow.lua <<'LUA'
return function(d) while d.n > 0 do end return "auto" end
LUA
  sed -e 's/p.lua/slow.lua/' -e 's/amount: .*/n: 1 to 2/' -e 's/^settings.*/limits: {seconds: 0.2}/' p.yaml >slow.yaml
  write slow_test.lua <<'LUA'
return { policy = "slow.yaml", cases = { { name = "slow", d = { n = 1 }, level = "auto" }, { name = "quick", d = { n = 0 }, level = "auto" } } }
LUA
  run -1 "$PILOTAGE" test .
  [ "$output" = 'FAIL  p_test.lua: test_endless
      p_test.lua:3: stopped: took longer than 10 s (limit seconds); look for a loop that does not end, or raise the limit
PASS  p_test.lua: test_after
FAIL  slow_test.lua: slow
      slow.lua:1: stopped: took longer than 0.2 s (limit seconds); look for a loop that does not end, or raise the limit
PASS  slow_test.lua: quick
2 passed, 2 failed' ] || { echo "$output"; false; }
}

@test "files that cannot be read: exit 2, and the others run" {
  write_policy
  write a_test.lua <<<'return { policy = "p.yaml", cases = { { d = { amount = 1, kind = "vip", novel = false }, level = "auto" } } }'
  write b_test.lua <<<'return {'
  write c_test.lua <<<'return { policy = "q.yaml", cases = { { d = {}, level = "auto" } } }'
  write d_test.lua <<<'return { policy = "p.yaml", cases = {} }'
  run -2 --separate-stderr "$PILOTAGE" test .
  [ "$output" = 'PASS  a_test.lua: case 1
1 passed, 0 failed, 3 files unreadable' ] || { echo "$output"; false; }
  [ "$stderr" = "pilotage: b_test.lua:2: unexpected symbol near <eof>
pilotage: c_test.lua: policy: cannot read \"q.yaml\": No such file or directory
pilotage: d_test.lua: there is no test in it: neither cases = {…} nor a function test_…" ] || { echo "$stderr"; false; }
}

@test "SIGINT ends a test that does not end itself; those before it are shown, exit 130" {
  write_policy
  write a_test.lua <<<'return { policy = "p.yaml", cases = { { d = { amount = 1, kind = "vip", novel = false }, level = "auto" } }, test_endless = function() while true do end end }'
  write b_test.lua <<<'return { policy = "p.yaml", cases = { { d = { amount = 1, kind = "vip", novel = false }, level = "auto" } } }'
  "$PILOTAGE" test . >output 3>&- &
  child=$!
  sleep 0.4
  kill -INT $child
  status=0 start=$(date +%s%N)
  wait $child || status=$?
  [ "$status" = 130 ]
  [ $((($(date +%s%N) - start) / 1000000)) -lt 1000 ]
  [ "$(<output)" = 'PASS  a_test.lua: case 1
1 passed, 0 failed; interrupted: the other tests did not run' ]
  write a_test.lua <<<'while true do end'
  run -124 timeout --signal INT --kill-after 3 0.4 "$PILOTAGE" test . --format json
  [[ "$output" = *'"partial": true'* ]]
}

@test "folders that nest too deep are an error, not tests left out" {
  write_policy
  folder=$(printf 'd/%.0s' $(seq 65))
  mkdir -p "$folder"
  run -2 --separate-stderr "$PILOTAGE" test .
  [[ "$stderr" = *": folders nest deeper than 64 levels" ]]
}

# unreadable TEXT MESSAGE: a test file with this text is refused.
unreadable() {
  write x_test.lua <<<"$1"
  run -2 --separate-stderr "$PILOTAGE" test x_test.lua
  [ "$stderr" = "pilotage: x_test.lua: $2" ] || { echo "$stderr"; return 1; }
}

@test "what is wrong with a test file" {
  write_policy
  unreadable 'return 3' 'a test file: expected to return a table {policy = …, cases = {…}}, found 3'
  unreadable 'local x = 1' 'expected a test file to return a table {policy = …, cases = {…}}, found nothing'
  unreadable 'return { cases = {} }' "policy: expected the name of a policy's .yaml or .lua, found nil"
  unreadable 'return { policy = "p.yaml", case = {} }' "the file's table: unknown key \"case\", did you mean \"cases\"?"
  unreadable 'return { policy = "p.yaml", cases = { 3 } }' 'case 1: expected a table {name = …, d = …, level = …}, found 3'
  unreadable 'return { policy = "p.yaml", cases = { { d = {}, level = "atuo" } } }' \
    'case 1: level: expected auto, review, exception or collaborate, found "atuo", did you mean "auto"?'
  unreadable 'return { policy = "p.yaml", cases = { { d = {}, leval = "auto" } } }' \
    'case 1: unknown key "leval", did you mean "level"?'
  unreadable 'return { policy = "p.yaml", cases = { { level = "auto" } } }' 'case 1: d: expected a table, found nil'
  unreadable 'return { policy = "p.yaml", cases = { { d = { f = print }, level = "auto" } } }' \
    'case 1: d.f: expected a number, a text, true or false, found a function'
  unreadable 'return { policy = "p.yaml", test_x = 3 }' 'test_x: expected a function of decide, found 3'
  unreadable 'return { policy = "p.yaml", cases = { [2] = { d = {}, level = "auto" } } }' \
    'cases: expected a list without gaps, found 2'
}

@test "what is wrong with the command" {
  run -2 --separate-stderr "$PILOTAGE" test
  [ "$stderr" = 'pilotage: test: expected test files or folders (pilotage test --help)' ]
  run -2 --separate-stderr "$PILOTAGE" test nowhere
  [ "$stderr" = 'pilotage: nowhere: cannot be read: No such file or directory' ]
  mkdir -p empty/within
  run -2 --separate-stderr "$PILOTAGE" test empty
  [ "$stderr" = 'pilotage: empty: no test file in this folder: none ends in _test.lua' ]
  run -2 --separate-stderr "$PILOTAGE" test empty --threshold 101
  [ "$stderr" = 'pilotage: --threshold: expected per cent from 1 to 100, found 101' ]
  run -2 --separate-stderr "$PILOTAGE" test empty --format csv
  [ "$stderr" = 'pilotage: --format: test has text and json, no csv' ]
  run -0 "$PILOTAGE" test --help
}

@test "json says the same" {
  write_policy
  write p_test.lua <<'LUA'
return { policy = "p.yaml", cases = {
  { name = "large", d = { amount = 101, kind = "plain" }, level = "review", reason = "large" },
  { name = "wrong", d = { amount = 101, kind = "plain" }, level = "auto" } } }
LUA
  run -1 "$PILOTAGE" test p_test.lua --threshold 10 --format json
  for part in '"kind": "tests",' '"passed": 1,' '"failed": 1,' '"threshold": 10.0,' '"file": "p_test.lua",' '"policy": "p.yaml",' \
    '"file": "p.lua",' '"lines": 8,' '"lines_covered": 2,' '"branches": 10,' '"branches_covered": 2,' '"not_followed": 0,'; do
    grep -qF "$part" <<<"$output" || { echo "$part"; return 1; }
  done
  [[ $(tr -d ' \n' <<<"$output") == *'{"name":"large","kind":"case","passed":true,"expected":{"level":"review","reason":"large"},"got":{"level":"review","reason":"large","decided_by":"p.lua:10"}},{"name":"wrong","kind":"case","passed":false,"expected":{"level":"auto","reason":null},"got":'* ]]
  [[ $(tr -d '\n' <<<"$output") == *'"line": 9,'*'"kind": "branch",'*'"text": "d.amount > p.limit is never false"'* ]]
}

@test "only a terminal gets colours" {
  write_policy
  write p_test.lua <<<'return { policy = "p.yaml", cases = { { d = { amount = 1, kind = "vip", novel = false }, level = "auto" } } }'
  run -0 "$PILOTAGE" test p_test.lua
  [[ $output != *$'\033'* ]]
  command -v script >/dev/null || skip "there is no script(1)"
  TERM=xterm script -qec "$PILOTAGE test p_test.lua" /dev/null </dev/null >coloured.txt
  grep -q $'^\033\\[32mPASS\033\\[0m' coloured.txt
}
