# pilotage check and eval: what they say of files before anything runs for long.
# SPDX-License-Identifier: Apache-2.0
load common

@test "every shipped scenario and script passes check without advice" {
  cd "$ROOT"
  run -0 "$PILOTAGE" check scenarios/*.yaml scripts/*/*.lua
  [[ $output != *advice* ]]
}

@test "every shipped scenario runs" {
  cd "$ROOT"
  for file in scenarios/*.yaml; do
    trials=500
    if grep -q '^policy:' "$file"; then trials=4; fi # of thousands of decisions each
    run -0 "$PILOTAGE" run "$file" -n $trials
    [[ $output != *"not a number"* ]]
  done
}

@test "check advises on unnamed draws, infinite means, shares above 1 and numbers as conditions" {
  write doubtful.lua <<'LUA'
return function(x, p)
  local gain = draw.normal(0, 1)
  if x.count then gain = gain + 1 end
  return { gain = gain }
end
LUA
  write doubtful.yaml <<'YAML'
name: doubtful
rollout: doubtful.lua
inputs:
  tail: {pareto: {min: 1, shape: 0.9}}
  share: {normal: {mean: 0.8, sd: 0.08}}
  count: {poisson: {mean: 3}}
YAML
  run -0 "$PILOTAGE" check doubtful.yaml
  [[ $output == *"doubtful.lua:2: advice: "*"name"* ]]
  [[ $output == *"doubtful.lua:3: advice: "*"condition"* ]]
  [[ $output == *'doubtful.yaml:4:'*'advice: input "tail" has no finite mean'* ]]
  [[ $output == *'doubtful.yaml:5:'*'advice: input "share" looks like a share but passes 1'* ]]
  [[ $output == *"doubtful.yaml: ok"* ]]
}

@test "check goes on after a bad file and exits 2" {
  write good.lua <<<'return function(x) return { a = 1 } end'
  write good.yaml <<<'rollout: good.lua'
  write bad.yaml <<<'rolout: good.lua'
  run -2 "$PILOTAGE" check bad.yaml good.yaml good.lua
  [[ $output == *'bad.yaml:1:1: unknown key "rolout"'*'did you mean "rollout"?'* ]]
  [[ $output == *"good.yaml: ok"* ]]
  [[ $output == *"good.lua: ok"* ]]
}

@test "a misspelt input, setting, data column and draw are explained with file and line" {
  write data.csv <<<$'sure,right\n0.5,1\n0.7,0'
  write a.yaml <<'YAML'
rollout: a.lua
data: {calls: {file: data.csv}}
inputs: {volume: 1 to 2, call: {row: calls}}
settings: {budget: {year: 3}}
YAML
  check_line() { # LUA-EXPRESSION, EXPECTED
    printf 'return function(x, p)\n  local v = %s\n  return { v = v }\nend\n' "$1" >a.lua
    run -2 "$PILOTAGE" run a.yaml -n 10
    [[ $output == *"a.lua:2: "*"$2"*"(trial 1)"* ]] || { echo "$1: $output"; return 1; }
  }
  check_line 'x.volme' '"volme", did you mean "volume"?'
  check_line 'p.bugdet' '"bugdet", did you mean "budget"?'
  check_line 'x.call.sur' '"sur" in input "call", did you mean "sure"?'
  check_line 'p.calls.rigth[1]' '"rigth" in the data "calls", did you mean "right"?'
  check_line 'p.budget.yaer + 1' "field 'yaer'"
  check_line 'draw.nomal(0, 1, "a")' 'did you mean "normal"?'
  check_line 'draw.normal(0, -1, "a")' 'sd'
  check_line 'pirnt(3)' 'did you mean'
}

@test "a metalog's quantiles may be written as numbers in Lua too" {
  write a.lua <<'LUA'
return function()
  local byNumber = draw.metalog({ quantiles = { [0.05] = 2, [0.5] = 3, [0.95] = 7 }, min = 0 }, "m", 1)
  local byName = draw.metalog({ quantiles = { p5 = 2, p50 = 3, p95 = 7 }, min = 0 }, "m", 1)
  assert(byNumber == byName)
  return { v = byName }
end
LUA
  write a.yaml <<<'rollout: a.lua'
  run -0 "$PILOTAGE" run a.yaml -n 20
  printf 'return function() return { v = draw.discrete({ values = { [true] = 1 } }, "q") } end' >a.lua
  run -2 "$PILOTAGE" run a.yaml -n 3
  [[ $output == *"either a list or has names"* ]]
}

@test "a scenario's own Lua expressions name their line" {
  write a.lua <<<'return function(x) return { v = x.hours } end'
  write a.yaml <<'YAML'
rollout: a.lua
inputs:
  volume: 1 to 2
  hours: "= x.volme * 2"
YAML
  run -2 "$PILOTAGE" run a.yaml
  [[ $output == *'a.yaml:4'*'did you mean "volume"?'* ]]
  sed -i 's/= x.volme \* 2/= x.volume * /' a.yaml
  run -2 "$PILOTAGE" run a.yaml
  [[ $output == *'a.yaml:4'* ]]
}

@test "eval prints what a chunk returns, print goes to standard error" {
  eval_of() { # CHUNK: what eval prints for it
    printf '%s\n' "$1" >a.lua
    "$PILOTAGE" eval a.lua
  }
  [ "$(eval_of 'print("seen") return 1 + 1' 2>seen.txt)" = 2 ]
  [ "$(cat seen.txt)" = seen ]
  [ "$(eval_of 'return "text"')" = text ]
  [[ $(eval_of 'return math.pi') == 3.14159265358979* ]]
  [[ $(eval_of 'return { 3, 4, name = true }') == *3*4*name*true* ]]
  run -2 eval_of 'return 1, 2'
  [[ $output == *"a.lua: the file returns 2 values"* ]]
  run -2 eval_of 'return nil'
  run -2 eval_of 'return 0 / 0'
}

@test "require finds modules beside the script, beside the scenario and among the shipped, nowhere else" {
  mkdir scripts scenario
  write scripts/main.lua <<'LUA'
local near, far, shipped = require "near", require "far", require "library.finance"
return function() return { v = near + far, npv = shipped.npv(0.1, { 1, 2 }) } end
LUA
  write scripts/near.lua <<<'return 1'
  write scenario/far.lua <<<'return 2'
  write scenario/a.yaml <<<'rollout: ../scripts/main.lua'
  run -0 "$PILOTAGE" run scenario/a.yaml -n 5
  for bad in '../near' '/etc/passwd' 'os' 'near.lua'; do
    printf 'local m = require "%s"\nreturn function() return { v = 1 } end\n' "$bad" >scripts/main.lua
    run -2 "$PILOTAGE" run scenario/a.yaml -n 5
    [[ $output == *"main.lua:1"* ]]
  done
}
