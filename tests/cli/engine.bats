#!/usr/bin/env bats
# Lanes and stock Lua give the same answer to the last bit, whatever the width, the instructions,
# the threads or the pieces.
# SPDX-License-Identifier: Apache-2.0
load common

present_isas() {
  local isa
  for isa in portable avx2 avx512; do
    "$PILOTAGE" run "$1" -n 1 --isa "$isa" --output /dev/null 2>/dev/null && echo "$isa"
  done
}

# answer NAME FILE OPTION…: NAME.csv with every trial, NAME.json without what says which engine ran.
answer() {
  local name=$1 status=0
  shift
  "$PILOTAGE" run "$@" --quiet --format json --output "$name.all" --samples "$name.csv" || status=$?
  [ "$status" -le 1 ] || return "$status" # 1: a required goal is missed
  sed '/^  "engine": {/,/^  },/d' "$name.all" >"$name.json"
}

same() { # NAME NAME WHAT
  cmp "$1.csv" "$2.csv" && cmp "$1.json" "$2.json" && return
  echo "$3: not the same"
  return 1
}

# compare_engines FILE TRIALS: every width, every instruction set, 1 and 2 threads, pieces.
compare_engines() {
  local file=$1 trials=$2 lanes isa threads
  answer scalar "$file" -n "$trials" --engine scalar --threads 1
  for isa in $(present_isas "$file"); do
    for lanes in 1 2 7 64 512; do
      threads=$((lanes % 2 + 1))
      answer lanes "$file" -n "$trials" --engine lanes --isa "$isa" --lanes $lanes --threads $threads
      same scalar lanes "$file --isa $isa --lanes $lanes --threads $threads"
    done
  done
  answer lanes "$file" -n "$trials" --engine lanes --lanes 64 --threads 2
  same scalar lanes "$file with two threads"
  # Pieces: the rows of both, one after the other, are the rows of the whole.
  local variants first=$((trials / 3)) part
  variants=$(tail -n +2 scalar.csv | cut -d, -f1 | sort -u | wc -l)
  answer first "$file" --trials 1:$first --engine lanes --lanes 64
  answer second "$file" --trials $((first + 1)):"$trials" --engine lanes --lanes 7
  [ "$variants" -gt 0 ]
  part=$(tail -n +2 -q first.csv second.csv | sort | cksum)
  if [ "$(head -n 1 first.csv)" = "$(head -n 1 scalar.csv)" ] && [ "$(head -n 1 second.csv)" = "$(head -n 1 scalar.csv)" ]; then
    [ "$part" = "$(tail -n +2 scalar.csv | sort | cksum)" ]
  fi
}

# scenario NAME: a scenario for the script NAME.lua, with an input of every kind.
scenario() {
  write calls.csv <<'CSV'
score,ok,region
0.5,true,north
0.25,false,south
0.75,true,north
0.9,true,east
CSV
  write "$1.yaml" <<YAML
rollout: $1.lua
seed: 5
trials: 700
data: {calls: {file: calls.csv, columns: {score: score, ok: ok, region: region}}}
inputs:
  a: {uniform: [0.5, 3]}
  b: {normal: [0, 3]}
  s: {beta: [2, 3]}
  n: {poisson: 3}
  flag: {bernoulli: 0.3}
  kind: {discrete: {values: [small, large, huge]}}
  c: 7
  h: 0.25
  e: "= x.a * 2 + x.n"
  shock: {normal: [1, 0.2], each: 6}
  call: {row: calls}
settings: {months: 6, rate: 0.25, name: abc, list: [0.5, 1.5, 2.5], wage: {normal: {mean: 3, sd: 1}},
  plan: [{at: 2, share: 0.1}, {at: 4, share: 0.6}], on: true, nothing: null}
variants: {base: {}, other: {settings: {rate: 0.5}, inputs: {c: 9}}}
YAML
}

@test "every scenario is the same in lanes" {
  local file
  for file in "$ROOT"/scenarios/*.yaml; do
    # A trial of a policy is thousands of decisions.
    if grep -q '^policy:' "$file"; then compare_engines "$file" 3; else compare_engines "$file" 600; fi
  done
}

@test "branches, nested and with and, or, not" {
  scenario branches
  write branches.lua <<'LUA'
return function(x, p)
  local worth, level = 0, "none"
  if x.a > 1 and (x.flag or x.b < 0) then
    worth = x.a
    if x.n == 0 then level = "empty" elseif x.n < 3 then level = "few" else level = "many" end
  elseif not x.flag then
    worth = x.n
  end
  local low = x.b < 0 and -x.b or x.n
  local chosen = x.kind == "small" and 1 or x.kind == "large" and 2.5 or nil
  return {worth = worth, level = level, low = low, chosen = chosen, known = chosen ~= nil,
    both = x.flag and x.s > 0.4, sum = (chosen or 10) + low, kind = x.kind}
end
LUA
  compare_engines branches.yaml 700
}

@test "loops: uniform, varying, fractions, while, repeat, break, goto" {
  scenario loops
  write loops.lua <<'LUA'
return function(x, p)
  local sum, turns, steps, found = 0, 0, 0, nil
  for month = 1, p.months do
    sum = sum + x.shock[month] * month
    for i = x.n, 1, -1 do
      if i == 5 then goto next_i end
      sum = sum + i / month
      ::next_i::
    end
    if sum > 30 and not found then found = month end
  end
  for t = 0, x.a, 0.25 do steps = steps + t end
  while sum > 1 do
    sum = sum / 2
    turns = turns + 1
    if turns > 6 + x.n then break end
  end
  repeat
    local more = steps + 1
    steps = more
  until more > 5 or draw.bernoulli(0.2, "stop")
  return {sum = sum, turns = turns, steps = steps, found = found or math.huge}
end
LUA
  compare_engines loops.yaml 700
}

@test "tables, records, series and data" {
  scenario tables
  write tables.lua <<'LUA'
return function(x, p)
  local cash, best, row = {}, {value = -math.huge, at = 0}, {x.a, x.b, x.s}
  for month = 1, p.months do
    cash[month] = x.shock[month] * 10 - p.list[(month - 1) % #p.list + 1]
    if cash[month] > best.value then best.value, best.at = cash[month], month end
  end
  cash[#cash + 1] = x.n
  table.insert(cash, 0.5)
  local kept = 0
  for i = 1, p.calls.n do
    if p.calls.ok[i] then kept = kept + p.calls.score[i] end
  end
  local total = 0
  for _, value in ipairs(row) do total = total + value end
  for _, stage in ipairs(p.plan) do total = total + stage.share * stage.at end
  row[1 + x.n % 3] = 100
  return {cash = cash, best = best, kept = kept, total = total, row = row, third = row[3],
    picked = p.calls.score[1 + x.n % p.calls.n], region = x.call.region, score = x.call.score}
end
LUA
  compare_engines tables.yaml 700
}

@test "helpers, recursion, closures, several results, functions handed on" {
  scenario helpers
  write helpers.lua <<'LUA'
local base = 2
local function split(v, share) return v * share, v * (1 - share) end
local function power(v, n) if n <= 0 then return 1 end return v * power(v, n - 1) end
local function apply(f, v) return f(v) + base end
local tools = {twice = function(v) return 2 * v end}
return function(x, p)
  local total, calls = 0, 0
  local function add(v)
    calls = calls + 1
    if v < 0 then return false end
    total = total + v
    return true
  end
  local left, right = split(x.a, x.s)
  local added = add(left)
  if not add(x.b) then total = total - 1 end
  for i = 1, 3 do add(right * i) end
  return {total = total, calls = calls, added = added, cube = power(x.a, 3), few = power(2, x.n % 4),
    applied = apply(tools.twice, x.b), made = apply(function(v) return v * x.s end, 4)}
end
LUA
  compare_engines helpers.yaml 700
}

@test "draws: without a name, counted, with k, varying, from settings" {
  scenario draws
  write draws.lua <<'LUA'
return function(x, p)
  local sum, events = 0, 0
  for month = 1, p.months do
    if draw.bernoulli(0.1, "outage", month) then sum = sum - draw.gamma(2, x.a, "loss", month) end
    if draw.bernoulli(x.s) then events = events + 1 end
    sum = sum + draw.normal(0, x.a, "noise")
  end
  for i = 1, x.n do sum = sum + draw.exponential(1.5, "visit", i) + draw.uniform(0, 1) end
  local rare = x.b > 5 and draw.lognormal(3, 1, "rare") or 0
  return {sum = sum, events = events, rare = rare, count = draw.poisson(x.a, "calls." .. p.name),
    hits = draw.binomial(x.n, x.s, "hits"), wage = draw.from(p.wage, "wage"), beta = draw.beta(x.a, 2, "b"),
    pert = draw.pert(0, x.s, 2, "pert"), pick = draw.discrete({1, 2.5, 4}, "pick"),
    cut = draw.normal({p5 = 1, p95 = 3}, "cut")}
end
LUA
  compare_engines draws.yaml 700
}

@test "numbers: whole and not, wraparound, division, bits, math" {
  scenario numbers
  write numbers.lua <<'LUA'
return function(x, p)
  local n, big = x.n, math.maxinteger
  local mixed = x.flag and n or x.a
  return {wrap = (big + n) // 2, low = math.mininteger // -1, quotient = (n - 4) // 3, rest = (n - 4) % -3,
    fraction = x.b // 0.7, remainder = x.b % -0.7, infinite = n / 0, odd = (n - n) / 0, is = math.type(mixed),
    bits = (n << 3 | 5) & ~2, shift = n >> 1 ~ 9, far = 1 << (60 + n), floor = math.floor(x.b), ceil = math.ceil(x.b),
    least = math.min(n, x.a, 2), most = math.max(x.b, n), mixed = mixed + 1, power = x.a ^ x.b, root = n ^ 0.5,
    square = x.b ^ 2, exp = math.exp(x.b), log = math.log(x.a), two = math.log(x.a, 2), ten = math.log(x.a, 10),
    sin = math.sin(x.b), cos = math.cos(x.b), tan = math.tan(x.b), atan = math.atan(x.b, x.a),
    sqrt = math.sqrt(x.a), abs = math.abs(x.b), fmod = math.fmod(x.b, x.a), whole = math.tointeger(n / 1),
    minus = -n, less = n < x.a, equal = n == x.n / 1, zero = 0.0 * x.b}
end
LUA
  compare_engines numbers.yaml 700
}

@test "powers, angles and remainders run wholly in lanes" {
  scenario reals
  write reals.lua <<'LUA'
return function(x, p)
  local n, b = x.n, x.b
  local mixed = x.flag and n - 3 or b
  return {minus = 0 + -mixed, zero = 1 / -(x.flag and n * 0 or 0.0), part = math.fmod(mixed, -2), some = math.fmod(7, mixed + 0.5),
    parts = math.fmod(mixed, x.flag and 3 or 1.5), type = math.type(-n), root = x.a ^ (1 / 12), inverse = b ^ -1, whole = b ^ n, falling = (-n) ^ (2 - n), none = b ^ 0.5, one = b ^ 0,
    wide = (1 + b * b) ^ (40 * b), small = (b * 1e-150) ^ n, square = b ^ (n * 0 + 2), constant = 1.07 ^ b,
    angle = math.atan(b), direction = math.atan(b, -x.a), sine = math.asin(b / 10), cosine = math.acos(b / 10),
    far = math.sin(b * 1e9), tangent = math.tan(b * 1e-20), two = math.log(x.a, 2),
    left = math.fmod(n - 4, -3), over = math.fmod(4 - n, n + 1), most = math.fmod(math.mininteger + n, -1 - n),
    turned = math.fmod(b * 1e12, -x.a), beyond = math.fmod(b * 1e25, 0.3), floored = -b % 0.1, share = (n - 9) // (n + 1),
    rest = (n - 9) % (n + 1), large = (math.maxinteger - n) // 7, huge = (math.mininteger + n) % (n + 3)}
end
LUA
  compare_engines reals.yaml 700
  run -0 "$PILOTAGE" run reals.yaml -n 700 --explain-engine
  [[ $output == *"in stock Lua "*" 0 trials"* ]]
}

@test "texts, nil, true and false as outputs; an early return" {
  scenario outputs
  write outputs.lua <<'LUA'
return function(x, p)
  if x.n == 0 then return {label = "none " .. p.name, early = true} end
  local label
  if x.b > 0 then label = "up" end
  return {label = label, value = x.flag and x.a or nil, never = x.s > 0.8 and math.huge or x.n,
    risk = {cost = x.a, inner = {deep = x.b}}, yes = p.on, nothing = p.nothing}
end
LUA
  compare_engines outputs.yaml 700
}

@test "what lanes leave to stock Lua is the same too" {
  scenario rest
  write rest.lua <<'LUA'
local point = setmetatable({}, {__index = function(_, key) return #key end})
return function(x, p)
  local good, why = pcall(function() if x.b > 4 then error("high") end return x.b end)
  local function sum(...)
    local total = 0
    for i = 1, select("#", ...) do total = total + (select(i, ...)) end
    return total
  end
  return {good = good, sum = sum(x.a, x.b, x.n), text = string.format("%d", x.n), meta = point.length}
end
LUA
  compare_engines rest.yaml 300
}

@test "an error in some trials is Lua's own, of the lowest trial" {
  scenario errors
  write errors.lua <<'LUA'
return function(x, p)
  local worth = x.a
  for month = 1, p.months do
    if draw.bernoulli(0.0005, "crash", month) then error("crashed in month " .. month) end
    worth = worth + x.shock[month]
  end
  return {worth = worth}
end
LUA
  run -2 "$PILOTAGE" run errors.yaml --engine scalar --threads 1
  local expected=$output isa lanes
  [[ $expected == *"crashed in month"* ]]
  for isa in $(present_isas errors.yaml); do
    for lanes in 1 7 64 512; do
      run -2 "$PILOTAGE" run errors.yaml --engine lanes --isa "$isa" --lanes $lanes --threads 2
      [ "$output" = "$expected" ]
    done
  done
  write errors.lua <<'LUA'
return function(x, p)
  local t = {1, 2}
  return {worth = t[x.n % 3 + 1] + x.n // (x.n - 9)}
end
LUA
  run -2 "$PILOTAGE" run errors.yaml --engine scalar --threads 1
  expected=$output
  run -2 "$PILOTAGE" run errors.yaml --engine lanes --threads 2 --lanes 64
  [ "$output" = "$expected" ]
}

@test "--explain-engine tells why, with line and trials; the JSON does always" {
  scenario rest
  write rest.lua <<'LUA'
return function(x, p)
  return {good = pcall(error)}
end
LUA
  run -0 "$PILOTAGE" run rest.yaml -n 100 --engine lanes --explain-engine
  [[ $output == *"What ran the script"* ]]
  [[ $output == *"in lanes "*" 0 trials"* ]]
  [[ $output == *"in stock Lua "*" 200 trials"* ]]
  [[ $output =~ rest\.lua:[0-9]+\ .*\ 200 ]]
  run -0 "$PILOTAGE" run rest.yaml -n 100 --engine lanes --format json
  [[ $output == *'"scalar": 200,'* ]]
  [[ $output == *'"file": "rest.lua",'* ]]
  [[ $output == *'"trials": 200'* ]]
  run -0 "$PILOTAGE" run rest.yaml -n 100 --engine lanes
  [[ $output != *"What ran the script"* ]]
  run -0 "$PILOTAGE" run rest.yaml -n 100 --engine scalar --format json
  [[ $output == *'"reasons": []'* ]]
}

@test "an engine or instruction set that is not there is refused" {
  scenario rest
  run -2 "$PILOTAGE" run rest.yaml --engine lanse
  [[ $output == *'--engine: expected auto, lanes or scalar, found "lanse"'* ]]
  run -2 "$PILOTAGE" run rest.yaml --isa sse2
  [[ $output == *'isa: expected auto, avx512, avx2 or portable, found "sse2"'* ]]
}
