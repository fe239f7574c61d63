# What the command-line tests share: a folder of its own for each test, and a small scenario.
# SPDX-License-Identifier: Apache-2.0
bats_require_minimum_version 1.5.0
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
SHARED=$ROOT/../shared
: "${PILOTAGE:=$ROOT/build/pilotage}"
unset NO_COLOR

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
}

# write FILE: standard input becomes FILE.
write() {
  cat >"$1"
}

# A scenario with one of everything that moves draws about.
write_scenario() {
  write plan.lua <<'LUA'
return function(x, p)
  local cash, worth = {}, -x.cost
  for month = 1, 6 do
    cash[month] = x.shock[month] * x.volume * 0.01
    if draw.bernoulli(0.2, "outage", month) then cash[month] = cash[month] - p.penalty end
    worth = worth + cash[month]
  end
  local payback = math.huge
  if worth > 0 then payback = 1 + draw.poisson(3, "delay") end
  return { npv = worth, payback = payback, cash = cash, risk = { outage = p.penalty * 0.2 } }
end
LUA
  write plan.yaml <<'YAML'
name: A plan
rollout: plan.lua
seed: 7
trials: 2000
currency: EUR
inputs:
  volume: {lognormal: {p5: 800, p95: 1500}, unit: queries/month}
  cost: 5 to 40
  shock: {normal: {mean: 1, sd: 0.2}, each: 6}
  quality: {beta: {alpha: 8, beta: 2}}
correlate: [{inputs: [volume, cost], rank: 0.5}]
settings: {penalty: 3, list: [{a: 1}, {a: 2}]}
variants:
  calm: {}
  rough: {settings: {penalty: 9}, inputs: {cost: 10 to 60}}
outputs:
  npv: {unit: EUR, goal: at least 0}
  payback: {unit: months, better: lower}
YAML
}
