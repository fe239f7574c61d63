#!/usr/bin/env bats
# Sweeps: a variant over values of one or two inputs or settings, and where it breaks even.
# SPDX-License-Identifier: Apache-2.0
load common

# npv = gain - share * cost is a straight line in each; `$1` is the sweep section, or nothing.
line() {
  write line.lua <<'LUA'
return function(x, p)
  local cash = {}
  for month = 1, 3 do cash[month] = x.gain - p.cost end
  return { npv = x.gain - p.cost * p.plan[2].share, cost = p.cost, cash = cash, kind = "new" }
end
LUA
  write line.yaml <<YAML
rollout: line.lua
trials: 1000
inputs: {gain: {normal: {mean: 3, sd: 2}}, volume: 5}
settings: {cost: 4, plan: [{share: 1}, {share: 0.5}]}
variants: {plain: {}, dear: {settings: {plan: [{share: 1}, {share: 1}]}}}
outputs: {npv: {unit: EUR, goal: at least 0}, cost: {}, cash: {}}
$1
YAML
}

run_line() {
  "$PILOTAGE" run line.yaml --quiet "$@"
}

@test "one path: a table of the output, and the break-even" {
  line 'sweep: {over: {settings.cost: {from: 2, to: 10, steps: 5}}, outputs: [npv]}'
  run -0 run_line
  [ "$output" = 'line.yaml

  scenario  line.yaml
  script    line.lua
  variant   plain
  swept     settings.cost from 2 to 10, 5 values
  trials    1,000 of each, on the same luck
  seed      1

npv (EUR)
─────────
  settings.cost    mean ± error     p5    p50   p95  P(at least 0)  against 2
  ─────────────  ──────────────  ─────  ─────  ────  ─────────────  ─────────
              2   1.939 ± 0.065  -1.43   1.93  5.35          83.5%
              4   0.939 ± 0.065  -2.43   0.93  4.35          66.1%    -1.0000
              6  -0.061 ± 0.065  -3.43  -0.07  3.35          48.6%    -2.0000
              8  -1.061 ± 0.065  -4.43  -1.07  2.35          30.6%    -3.0000
             10  -2.061 ± 0.065  -5.43  -2.07  1.35          16.3%    -4.0000

Break-even: the mean of npv crosses 0 at settings.cost = 5.88 (95 %: 5.62 to 6.13).

Note: ± is the Monte Carlo error (one standard error); all points meet the same luck, so differences
      are known better than means. A break-even lies on a straight line between two points; its 95 %
      interval is that of the Monte Carlo error alone.' ]
}

@test "the command line says the same as the scenario, and takes its place" {
  line 'sweep: {over: {settings.cost: [2, 4, 6, 8, 10]}, outputs: [npv]}'
  run_line --output file.txt
  line 'sweep: {over: {volume: [1, 2]}, outputs: [npv]}'
  run_line --sweep settings.cost=2:10:5 --output range.txt
  run_line --sweep settings.cost=2,4,6,8,10 --output list.txt
  cmp file.txt range.txt
  cmp file.txt list.txt
}

@test "two paths: a grid of the first output, and where each row breaks even" {
  line ''
  run -0 run_line --sweep settings.plan.2.share=0.25:0.75:3 --sweep settings.cost=4,8,16
  [ "$(sed -n '/^npv/,/^Note: a grid/p' <<<"$output")" = 'npv (EUR)
─────────
Mean ± error; across: settings.cost
  settings.plan.2.share               4               8              16
  ─────────────────────  ──────────────  ──────────────  ──────────────
                   0.25   1.939 ± 0.065   0.939 ± 0.065  -1.061 ± 0.065
                    0.5   0.939 ± 0.065  -1.061 ± 0.065  -5.061 ± 0.065
                   0.75  -0.061 ± 0.065  -3.061 ± 0.065  -9.061 ± 0.065

P(at least 0); across: settings.cost
  settings.plan.2.share      4      8     16
  ─────────────────────  ─────  ─────  ─────
                   0.25  83.5%  66.1%  30.6%
                    0.5  66.1%  30.6%  0.40%
                   0.75  48.6%   6.6%  0.00%

Break-even: where the mean of npv crosses 0
  settings.plan.2.share  settings.cost
  ─────────────────────  ────────────────────────────────────────────────────────
                   0.25  11.76 (95 %: 11.24 to 12.27)
                    0.5  5.88 (95 %: 5.62 to 6.13)
                   0.75  none: it stays below 0, somewhere by less than its error

Note: a grid is shown of the first output only; --format json and csv have all 2.' ]
}

@test "a point is the run with that value set, to the last bit" {
  line ''
  run_line --sweep settings.plan.2.share=0.1:0.5:9 --format csv --output sweep.csv
  grep '^points,' sweep.csv | tr -d '\r' >points.txt
  [ "$(awk -F, '$3 == "npv"' points.txt | wc -l)" = 9 ]
  local share
  while IFS=, read -r _ share _ _ mean error p5 p50 p95 _; do
    run_line --no-sweep --variant plain --set settings.plan.2.share="$share" --format json --output one.json
    diff <(printf '%s\n' "$mean" "$error" "$p5" "$p50" "$p95") \
      <(awk -F'[ ,]+' '/"npv"/ { on = 1 } on && /"(mean|mean_error|p5|p50|p95)"/ { print $3 } /"never"/ { on = 0 }' one.json)
  done < <(awk -F, '$3 == "npv"' points.txt)
}

@test "a straight line breaks even where its mean says, and no less surely than its mean is known" {
  line ''
  run_line --sweep settings.cost=10,7,2,1 --format json --output sweep.json
  run_line --set settings.cost=0 --variant plain --format json --output zero.json
  # npv = gain - cost / 2: twice the mean of gain, give or take 1.96 of its errors.
  read -r mean error < <(awk -F'[ ,]+' '/"mean"/ && !m { m = $3 } /"mean_error"/ && !e { e = $3 } END { print m, e }' zero.json)
  sed -n '/"break_even"/,$p' sweep.json | awk -F'[ ,]+' -v mean="$mean" -v error="$error" '
    function near(a, b) { seen++; if (a - b > 1e-12 || b - a > 1e-12) { print a, "is not", b; bad = 1 } }
    /"value"/ { near($3, 2 * mean) }
    /"low"/ { near($3, 2 * (mean - 1.959963984540054 * error)) }
    /"high"/ { near($3, 2 * (mean + 1.959963984540054 * error)) }
    END { exit bad || seen != 3 }'
  # And the run of that one value has the mean 0.
  run_line --set settings.cost="$(awk -F'[ ,]+' '/"break_even"/ { on = 1 } on && /"value"/ { print $3 }' sweep.json)" \
    --variant plain --format json --output root.json
  awk -F'[ ,]+' '/"mean"/ && !seen { seen = 1; exit !($3 < 1e-12 && $3 > -1e-12) } END { exit !seen }' root.json
}

@test "a root that is known without chance is met, between points and at one" {
  write pay.lua <<<'return function(x, p) return { npv = 12 * p.plan[1].gain - p.cost } end'
  write pay.yaml <<<'{rollout: pay.lua, trials: 10, settings: {cost: 1, plan: [{gain: 1000}]}}'
  for values in 3000:33000:7 1,11999,12001,20000 20000,5000 12000,13000; do
    run -0 "$PILOTAGE" run pay.yaml --quiet --sweep settings.cost=$values
    [[ $output == *'Break-even: the mean of npv crosses 0 at settings.cost = 12,000 (95 %: 12,000 to 12,000).'* ]]
  done
  # cost = 12 gain, for each row of a grid
  "$PILOTAGE" run pay.yaml --quiet --sweep settings.plan.1.gain=250,500,1000 --sweep settings.cost=0:20000:7 \
    --format csv --output grid.csv
  [ "$(tr -d '\r' <grid.csv | sed -n 's/^break-even,//p')" = '250,npv,0,3000,3000,3000
500,npv,0,6000,6000,6000
1000,npv,0,12000,12000,12000' ]
}

@test "no crossing, several crossings, and an interval that reaches beyond the sweep are said" {
  write wave.lua <<'LUA'
return function(x, p)
  local late = x.noise > p.at and 1 / 0 or 10 * p.at - 15
  return { wave = (p.at - 1) * (p.at - 4) + 0.0 * x.noise, up = p.at + x.noise, high = 5.0 + p.at, late = late, idle = 0 * p.at }
end
LUA
  write wave.yaml <<'YAML'
{rollout: wave.lua, trials: 100, inputs: {noise: {normal: [0, 9]}}, settings: {at: 0}}
YAML
  said() { tr -s '\n ' ' ' <<<"$output"; }
  run -0 "$PILOTAGE" run wave.yaml --quiet --sweep settings.at=0:5:6
  [[ $(said) == *'No single break-even: the mean of wave crosses 0 at 2 values of settings.at: 1 (95 %: 1 to 1); 4 '\
'(95 %: 4 to 4).'* ]]
  [[ $(said) == *'No break-even: the mean of high stays above 0.'* ]]
  [[ $(said) == *'No break-even: the mean of idle stays at 0.'* ]]
  [[ $(said) == *'No break-even: the mean of late is not judged where so much never came.'* ]]
  [[ $(said) == *'Note: late never came in some trials at 6 of 6 points; means are over the others, and where more '\
'than 5% never came the break-even passes over them.'* ]]
  run -0 "$PILOTAGE" run wave.yaml --quiet --sweep settings.at=-1,1
  [[ $(said) == *'Break-even: the mean of up crosses 0 at settings.at = -0.33 (95 %: below -1 to above 1).'* ]]
  run -0 "$PILOTAGE" run wave.yaml --quiet --sweep settings.at=-1,1 --format json
  [[ $(said) == *'"value": -0.32677883387777495, "low": null, "high": null'* ]]
  run -0 "$PILOTAGE" run wave.yaml --quiet --sweep settings.at=1,2
  [[ $(said) == *'No break-even: the mean of up stays above 0, somewhere by less than its error.'* ]]
}

@test "a goal's bound is what the mean is held against" {
  line 'sweep: {over: {settings.cost: [0, 1, 2]}, outputs: [npv]}'
  sed -i 's/goal: at least 0/goal: at least 2.5/' line.yaml
  run -0 run_line
  [[ $output == *'Break-even: the mean of npv crosses 2.5 at settings.cost = 0.88 (95 %: 0.62 to 1.13).'* ]]
}

@test "JSON: the contract" {
  line 'sweep: {over: {volume: [1, 2], settings.cost: [2, 8]}, outputs: [cost, npv], variant: dear}'
  run_line --format json --output a.json
  sed -n '/"variant"/,/"points"/p' a.json >head.txt
  diff head.txt - <<'JSON'
  "variant": "dear",
  "paths": [
    {
      "path": "volume",
      "values": [1.0, 2.0]
    },
    {
      "path": "settings.cost",
      "values": [2.0, 8.0]
    }
  ],
  "units": {
    "cost": "",
    "npv": "EUR"
  },
  "points": [
JSON
  [ "$(sed -n 's/^  "\([a-z_]*\)".*/\1/p' a.json | tr '\n' ' ')" = \
    'format kind pilotage scenario files seed trials partial engine variant paths units points break_even ' ]
  grep -q '^  "kind": "sweep",$' a.json
  grep -q '^    "lanes": 4000,$' a.json
  [ "$(grep -c '^      "values"' a.json)" = 6 ] # of two paths and four points
  [ "$(grep -c '"difference": {' a.json)" = 6 ] # of two outputs, at all points but the first
  sed -n '/"break_even"/,$p' a.json | tr -d ' \n' >even.txt
  [[ $(<even.txt) == *'{"output":"npv","target":0.0,"path":"settings.cost","given":{"volume":2.0},"crossings":[{"value":2.9'* ]]
  [[ $(<even.txt) == *'{"output":"cost","target":0.0,"path":"settings.cost","given":{"volume":1.0},"crossings":[]}'* ]]
}

@test "CSV: one table of all points and outputs, one of the break-evens" {
  line ''
  run_line --sweep settings.cost=2,8 --sweep volume=1,2 --format csv --output a.csv
  [ "$(head -n 1 a.csv | tr -d '\r')" = table,settings.cost,volume,output,unit,mean,mean_error,p5,p50,p95,\
not_a_number,never,goal,probability,low,high,difference,difference_error ]
  [ "$(grep -c ^points a.csv)" = 8 ]
  [ "$(grep ^points,8,2,cost a.csv | tr -d '\r')" = points,8,2,cost,,8,0,8,8,8,0,0,,,,,6,0 ]
  [ "$(grep ^table a.csv | tail -n 1 | tr -d '\r')" = table,settings.cost,output,target,volume,low,high ]
}

@test "the same bytes on any threads, widths and engines; pieces have their own" {
  line 'sweep: {over: {settings.cost: {from: 2, to: 10, steps: 9}}}'
  run_line --format json --threads 1 --output first.json
  for more in '--threads 3' '--lanes 7' '--engine lanes' '--isa portable'; do
    run_line --format json $more --output other.json
    cmp first.json other.json
  done
  run_line --engine scalar --format csv --output scalar.csv
  run_line --format csv --output auto.csv
  cmp scalar.csv auto.csv
  run -0 run_line --trials 11:20
  [[ $output == *'trials    10 of each, on the same luck: 11 to 20'* ]]
  run -0 run_line --engine scalar --explain-engine
  [[ $output == *'in stock Lua  9,000 trials'* ]]
}

@test "--variant chooses the one that is swept, --no-sweep runs them all, --set is laid below" {
  line 'sweep: {over: {settings.cost: [2, 4]}, outputs: [npv]}'
  run -0 run_line --variant dear
  [[ $output == *'variant   dear'* && $output == *'  0.939 ± 0.065'* && $output == *' -1.061 ± 0.065'* ]]
  run -0 run_line --no-sweep
  [[ $output == *'Against plain, trial by trial on the same luck'* ]]
  run -0 run_line --set settings.plan.2.share=1
  [[ $output == *'variant   plain'* && $output == *' -1.061 ± 0.065'* ]]
  run -0 "$PILOTAGE" check line.yaml
  run -0 run_line --trial 3
  [[ $output == *gain* ]]
}

@test "whole numbers stay whole where all of a range are, so that months can be swept" {
  write months.lua <<'LUA'
return function(x, p)
  return { kind = math.type(p.months), months = p.months, sum = p.months }
end
LUA
  write months.yaml <<'YAML'
{rollout: months.lua, trials: 2, settings: {months: 5}}
YAML
  run -0 "$PILOTAGE" run months.yaml --quiet --sweep settings.months=6:24:4 --format csv
  [[ $output == *points,12,months,,12,* ]]
  run -0 "$PILOTAGE" run months.yaml --quiet --sweep settings.months=6:25:4 --format csv
  [[ $output == *points,12.3333333333333,months,* ]]
}

# refused SECTION MESSAGE
refused() {
  line "$1"
  run -2 run_line
  [ "$output" = "pilotage: line.yaml:$2" ] || { echo "$1: $output"; return 1; }
}

@test "what is no sweep is refused with file, line, column and the nearest name" {
  refused 'sweep: {settings.cost: [1, 2]}' \
    '7:9: unknown key "settings.cost" in sweep; known are: over, outputs, variant'
  refused 'sweep: {over: {settings.cots: [1, 2]}}' \
    '7:16: sweep: settings.cots: there is no setting "cots", did you mean "cost"?'
  refused 'sweep: {over: {cost: [1, 2]}}' \
    '7:16: sweep: cost: no input has that name, but a setting does: write settings.cost'
  refused 'sweep: {over: {volum: [1, 2]}}' \
    '7:16: sweep: volum: there is no input "volum", did you mean "volume"?'
  refused 'sweep: {over: {speed: [1, 2]}}' '7:16: sweep: speed: there is no input "speed"; a sweep changes an '\
'input (NAME) or a setting (settings.NAME)'
  refused 'sweep: {over: {settings.plan.3.share: [1, 2]}}' \
    '7:16: sweep: settings.plan.3.share: there is no "3" in this list, whose items are 1 to 2'
  local taken='stands there, and a sweep takes the place of a number'
  refused 'sweep: {over: {settings.plan: [1, 2]}}' "7:16: sweep: settings.plan: a list $taken; name one in it"
  refused 'sweep: {over: {settings.plan.2: [1, 2]}}' "7:16: sweep: settings.plan.2: a map $taken; name one in it"
  sed -i 's/{cost: 4/{name: four, cost: 4/' line.yaml
  run -2 run_line --sweep settings.name=1,2
  [ "$output" = "pilotage: --sweep settings.name: a text ${taken/a sweep/--sweep}" ]
  refused 'sweep: {over: {settings.cost: []}}' '7:31: sweep: settings.cost: expected 2 to 400 values, found 0'
  refused 'sweep: {over: {settings.cost: [1, .nan]}}' '7:35: sweep.over.settings.cost.2: .nan is not a number '\
'here: write a number that has digits (a text goes in quotes)'
  refused 'sweep: {over: {settings.cost: {from: -1e308, to: 1e308, steps: 3}}}' \
    '7:31: sweep: settings.cost: expected two nearer ends, found -1e308 and 1e308'
  refused 'sweep: {over: {volume: [1, 2], inputs.volume: [1, 2]}}' \
    '7:32: sweep: inputs.volume: this path is swept already'
  refused 'sweep: {over: {gain.normal.sd: [1, 2], gain: [1, 2]}}' \
    '7:40: sweep: gain: this path and gain.normal.sd move one thing; sweep one of them'
  refused 'sweep: {over: {settings.cost: [1]}}' '7:31: sweep: settings.cost: expected 2 to 400 values, found 1'
  refused 'sweep: {over: {settings.cost: [1, two]}}' \
    '7:35: sweep: settings.cost: expected a number, found "two"'
  refused 'sweep: {over: {settings.cost: [1, 3, 2]}}' \
    '7:38: sweep: settings.cost: values rise or fall throughout, each once; 2 follows 3'
  refused 'sweep: {over: {settings.cost: {from: 1, to: 2, steps: 1}}}' \
    '7:55: sweep: settings.cost: steps (how many values): expected a whole number from 2 to 400, found 1'
  refused 'sweep: {over: {settings.cost: {from: 1, to: 2, step: 3}}}' \
    '7:48: unknown key "step" in sweep: settings.cost, did you mean "steps"?'
  refused 'sweep: {over: {settings.cost: {from: 1, to: 2}}}' '7:31: sweep: settings.cost: expected a list of '\
'numbers or {from: 0.1, to: 0.5, steps: 9}, found a map'
  refused 'sweep: {over: {settings.cost: {from: 1, to: 1, steps: 3}}}' \
    '7:31: sweep: settings.cost: expected two different ends, found 1 and 1'
  refused 'sweep: {over: {settings.cost: [1, 2], volume: [1, 2], gain: [1, 2]}}' \
    '7:55: sweep: gain: a sweep has at most two paths'
  refused 'sweep: {over: {settings.cost: {from: 1, to: 2, steps: 21}, volume: {from: 1, to: 2, steps: 20}}}' \
    '7:60: sweep: volume: 21 × 20 values are 420 points, and a sweep has at most 400'
  refused 'sweep: {over: {gain.normal.sd: [1, -1]}}' \
    '3:25: input "gain": normal: sd must be greater than 0, not -1 (swept, at gain.normal.sd = -1)'
  refused 'sweep: {over: {volume: [1, 2]}, variant: plaim}' \
    '7:42: sweep: there is no variant "plaim", did you mean "plain"?'
  refused 'sweep: {over: {volume: [1, 2]}, outputs: [nvp]}' \
    '7:43: sweep: outputs: the script returns no "nvp", did you mean "npv"?'
  run -2 "$PILOTAGE" check line.yaml
  [ "$output" = 'pilotage: line.yaml:7:43: sweep: outputs: the script returns no "nvp", did you mean "npv"?' ]
  refused 'sweep: {over: {volume: [1, 2]}, outputs: [cash]}' \
    '7:43: sweep: outputs: "cash" is a series or texts, and a sweep needs one number a trial'
  refused 'sweep: {over: {volume: [1, 2]}, outputs: npv}' \
    '7:42: sweep: outputs: expected a list of outputs, such as [npv, payback], found "npv"'
}

# option MESSAGE ARGUMENTS…
option() {
  run -2 run_line "${@:2}"
  [ "$output" = "pilotage: $1" ] || { echo "${*:2}: $output"; return 1; }
}

@test "--sweep: what can be asked, and what does not go with it" {
  line ''
  local shape='expected PATH=FROM:TO:STEPS or PATH=VALUE,VALUE,…, for example settings.plan.2.share=0.1:0.5:9'
  option "--sweep volume: $shape" --sweep volume
  option "--sweep volume=: $shape" --sweep volume=
  option '--sweep volume: expected 2 to 400 values, found 1' --sweep volume=1
  option '--sweep volume: expected FROM:TO:STEPS, such as 0.1:0.5:9, found 1:2' --sweep volume=1:2
  option '--sweep volume: steps (how many values): expected a whole number from 2 to 400, found 1' --sweep volume=1:2:1
  option '--sweep volume: expected a number, found "b"' --sweep volume=1,b
  option '--sweep volum: there is no input "volum", did you mean "volume"?' --sweep volum=1,2
  option '--sweep volume: this path is swept already' --sweep volume=1,2 --sweep volume=1,2
  option '--sweep gain: a sweep has at most two paths' --sweep volume=1,2 --sweep settings.cost=1,2 --sweep gain=1,2
  option '--sweep does not go with --samples' --sweep volume=1,2 --samples s.csv
  option '--sweep does not go with --trial' --sweep volume=1,2 --trial 3
  option '--sweep does not go with --no-sweep' --sweep volume=1,2 --no-sweep
  option '--variant: a sweep is of one variant, found 2' --sweep volume=1,2 --variant plain --variant dear
  line 'sweep: {over: {volume: [1, 2]}}'
  option '--samples goes with whole runs; this scenario has a sweep (--no-sweep passes over it)' --samples s.csv
}

@test "an error of the script says at which point it was" {
  write fails.lua <<'LUA'
return function(x, p)
  if p.at > 2 then error("too far") end
  return { y = p.at }
end
LUA
  write fails.yaml <<'YAML'
{rollout: fails.lua, trials: 10, settings: {at: 0}}
YAML
  run -2 "$PILOTAGE" run fails.yaml --quiet --sweep settings.at=1,2,3
  [[ $output == *'fails.lua:2: '*'too far'*' (swept, at settings.at = 3)'* ]]
}

@test "an interrupt keeps the points that are finished, marked partial" {
  write slow.lua <<'LUA'
return function(x, p)
  if p.at < 3 then return { y = p.at } end
  local sum = 0.0
  for i = 1, 400000 do sum = sum + math.sin(i) * p.at end
  return { y = sum }
end
LUA
  write slow.yaml <<'YAML'
{rollout: slow.lua, trials: 100000, settings: {at: 0}}
YAML
  "$PILOTAGE" run slow.yaml --quiet --engine scalar --sweep settings.at=1,2,3 --output answer.txt &
  local pid=$!
  sleep 2
  kill -INT $pid
  local status=0
  wait $pid || status=$?
  [ "$status" = 130 ]
  grep -q 'Warning: Interrupted: 2 of 3 points were finished.' answer.txt
  grep -Eq '^ +2 +2 +2 +2 +2 +1$' answer.txt
}
