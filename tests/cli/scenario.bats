#!/usr/bin/env bats
# What a scenario may say, what it may not, and what variants and --set make of it.
# SPDX-License-Identifier: Apache-2.0
load common

# A script that prints all that it gets, and a scenario of one trial around it: $1 is YAML text.
scenario() {
  write show.lua <<'LUA'
local function show(value)
  if type(value) ~= "table" then return tostring(value) end
  local parts = {}
  for key, part in pairs(value) do parts[#parts + 1] = tostring(key) .. "=" .. show(part) end
  return "{" .. table.concat(parts, " ") .. "}"
end
return function(x, p)
  print(show(x), show(p))
  return { y = 1.0, cash = { 1, 2 }, kind = "new", risk = { small = 2 }, ok = true }
end
LUA
  printf 'rollout: show.lua\ntrials: 1\n%s\n' "$1" >s.yaml
}

show() { # [ARGUMENTS]: what the script printed
  "$PILOTAGE" run s.yaml --quiet --output /dev/null "$@" 2>&1
}

# refused YAML MESSAGE: exit status 2 and the message in full.
refused() {
  scenario "$1"
  run -2 show
  [ "$output" = "pilotage: s.yaml:$2" ] || { echo "$1: $output"; return 1; }
}

@test "what only looks like a number or a distribution is refused as an input" {
  local text
  for text in 22to31 '22 - 31' '22..31' '22 TO 31' '5%' '-5 %' '12:30' '~5' 'normal(3; 1)'; do
    refused "inputs: {a: $text}" "3:13: input \"a\": expected a number, a range such as 22 to 31 or a \
distribution such as {normal: {mean: 3, sd: 1}}, found \"$text\" (a text goes in quotes)"
  done
  scenario 'inputs: {a: "5%", b: north, c: normality, d: "22 - 31"}'
  [[ $(show) == '{a=5% b=north c=normality d=22 - 31}'* ]]
}

@test "a whole number that no double holds is refused, the last one that it holds is kept" {
  refused 'inputs: {a: 9007199254740993}' '3:13: input "a": expected a whole number of at most 2^53 = '\
'9007199254740992 (larger ones lose digits; write 1e16 for about so much), found 9007199254740993'
  scenario 'inputs: {a: 9007199254740992, b: -9007199254740992, c: -0.0}'
  [[ $(show) == '{a=9007199254740992 b=-9007199254740992 c=-0.0}'* ]]
}

@test "messages about an input name the input, the key and the place" {
  refused 'inputs: {a: {normal: [0, 1], unit: 5}}' \
    '3:36: input "a": unit: expected a text, found 5; put it in quotes'
  refused 'inputs: {a: {value: 5, about: [b]}}' '3:31: input "a": about: expected a text, found a list'
  refused 'inputs: {a: {normal: [0, 1], each: 0}}' \
    '3:36: input "a": each: expected a whole number from 1 to 10000, found 0'
  refused 'inputs: {a: {normal: [0, 1], min: 3, max: 2}}' \
    '3:13: input "a": min must be less than max, not 3 and 2'
  refused 'inputs: {a: {metalog: {quantiles: {p5: 2, p50: 1, p95: 3}}}}' \
    '3:35: input "a": metalog: quantiles must rise: 1 at 0.5 follows 2 at 0.05'
  refused 'inputs: {a: {discrete: {values: [1, b]}}}' '3:37: input "a": expected values that are all '\
'numbers, all texts or all true/false, found "b"'
  refused 'inputs: {a: {mixture: {of: [{normal: [0, 1], each: 3}]}}}' \
    '3:52: input "a": mixture: each belongs to the whole, not to a part'
  refused 'inputs: {a: "= "}' '3:13: input "a": expected a Lua expression after the =, such as '\
'"= x.volume * 2", found "= " in quotes'
  refused 'outputs: {y: {goal: 5}}' '3:21: output "y": goal: expected "at least", "at most", "above" or '\
'"below" and a number, found 5'
  refused 'outputs: {y: {goal: at least 1_000}}' '3:21: output "y": goal: 1_000 is not a number here: leave '\
'the underscores out (a text goes in quotes)'
  refused 'outputs: {y: {unit: 5}}' '3:21: output "y": unit: expected a text, found 5; put it in quotes'
}

@test "inputs may be called like a function of Lua, not like a library" {
  scenario 'inputs: {error: 5, type: 6, select: 7}'
  [[ $(show) == '{error=5 select=7 type=6}'* ]]
  refused 'inputs: {draw: 5}' '3:10: inputs: input name "draw" hides a library of the script; choose another'
}

@test "data: n is the number of rows, and a column with an odd name can be renamed" {
  printf 'n,odd name\n7,1\n8,3\n' >t.csv
  refused 'data: {t: {file: t.csv, columns: {n: n}}}' \
    '3:35: columns: "n" is the number of rows in a script; choose another name'
  refused 'data: {t: {file: t.csv, about: 5}}' \
    '3:32: data "t": about: expected a text, found 5; put it in quotes'
  scenario 'data: {t: {file: t.csv}}
inputs: {a: {empirical: {data: t, column: odd name}}}'
  run -2 show
  [[ $output == *'s.yaml:4:43: data "t" has no column "odd name"; if the file has one, give it a name '*\
'that a script can write: columns: {NAME: "odd name"}' ]]
  scenario 'data: {t: {file: t.csv, columns: {odd: odd name}, where: "= row.odd > 2"}}
inputs: {a: {empirical: {data: t, column: odd}}, row: {row: t}}'
  [[ $(show) == '{a=3 row={odd=3}}'* || $(show) == '{a=3.0 row={odd=3}}'* ]]
}

@test "variants: settings merge key by key, also where they are called like distributions" {
  scenario 'settings: {sir: {beta: 0.3, gamma: 0.2}, sensor: {value: 3, range: 10}, list: [1, 2, 3]}
variants: {one: {settings: {sir: {gamma: 0.9}, sensor: {range: 12}, list: [4]}}}'
  [[ $(show) == *'{list={1=4} sensor={range=12 value=3} sir={beta=0.3 gamma=0.9}}' ]]
}

@test "variants: a distribution is replaced as one thing, what stands beside it stays" {
  local base='inputs: {a: {normal: {mean: 3, sd: 1}, each: 2, min: 0}, b: {lognormal: {p5: 2, p95: 3}}, c: 2 to 3}
settings: {cost: {lognormal: {p5: 1, p95: 3}}}'
  scenario "$base
variants: {one: {inputs: {a: {uniform: [5, 6]}}}}"
  [[ $(show) == '{a={1=5.'*' 2=5.'*'} b='* ]]
  scenario "$base
variants: {one: {inputs: {b: {lognormal: {mean: 50, sd: 0.001}}, c: {max: 2.001}}}}"
  [[ $(show) == *'b='@(49.99|50.0)*' c='@(1|2.000)* ]]
  scenario "$base
variants: {one: {inputs: {b: {lognormal: {p95: 2.0001}}}}}"
  [[ $(show) == *'b='@(1.999|2.000)* ]]
  scenario "$base
variants: {one: {settings: {cost: {lognormal: {mean: 5, sd: 2}, max: 9}}}}"
  [[ $(show) == *'{cost={lognormal={mean=5 sd=2} max=9}}' ]]
  refused "$base
variants: {one: {inputs: {b: {mx: 3}}}}" '5:31: input "b": unknown key "mx", did you mean "max"?'
  refused "$base
variants: {one: {settings: {cost: {maxx: 3}}}}" \
    '5:36: variant "one" sets "maxx", an unknown setting; only what the scenario has may be set'
  refused "$base
variants: {one: {about: 3}}" '5:25: variant "one": about: expected a text, found 3; put it in quotes'
}

@test "correlate passes over an input that a variant or --set fixes" {
  local base='inputs: {a: 1 to 2, b: 1 to 3, s: {normal: [0, 1], each: 3}}
correlate: [{inputs: [a, b], rank: 0.3}, {each: s, rank: 0.1}]'
  scenario "$base
variants: {one: {}, two: {inputs: {a: 5, s: 4}}}"
  "$PILOTAGE" run s.yaml --quiet -n 200 >answer.txt 2>/dev/null
  [ "$(grep -c 'a, b' answer.txt)" = 1 ]
  [ "$(grep -c 's\[1\], s\[2\]' answer.txt)" = 1 ]
  scenario "$base"
  show --set a=5 >/dev/null
  refused 'inputs: {a: 1, b: 1 to 3}
correlate: [{inputs: [a, b], rank: 0.3}]' \
    '4:23: correlate: "a" is not drawn from a distribution of its own, so it cannot be correlated'
}

@test "correlate names the entries that cannot be together, and reports a pair once" {
  refused 'inputs: {a: 1 to 2, b: 1 to 2, c: 1 to 2}
correlate: [{inputs: [a, b, c], rank: -0.6}]' '4:12: correlate: no numbers can have all these correlations '\
'at once (the matrix is not positive definite); "a" and "c" (-0.6), "b" and "c" (-0.6) cannot stand beside '\
'the entries above; bring them nearer to 0'
  scenario 'inputs: {a: 1 to 2, b: 1 to 2}
correlate: [{inputs: [a, b], rank: 0.5}, {inputs: [b, a], rank: 0.5}]'
  [ "$("$PILOTAGE" run s.yaml --quiet -n 50 2>/dev/null | grep -c 'a, b')" = 1 ]
}

set_fails() { # PATH=VALUE MESSAGE
  run -2 show --set "$1"
  [ "$output" = "pilotage: --set $2" ] || { echo "$1: $output"; return 1; }
}

@test "--set: what can be set, and what is said of the rest" {
  scenario 'inputs: {a: 1 to 2, b: 7, shock: {normal: [0, 1]}}
settings: {z: 4, plan: [{share: 1}, {share: 2}], text: t}'
  set_fails a= 'a: expected a value after the "=" ("" is the empty text, null is nothing)'
  set_fails 'a=  ' 'a: expected a value after the "=" ("" is the empty text, null is nothing)'
  set_fails a=5% 'a:1:1: input "a": expected a number, a range such as 22 to 31 or a distribution such as '\
'{normal: {mean: 3, sd: 1}}, found "5%" (a text goes in quotes)'
  set_fails settings.z=1_000 'settings.z:1:1: 1_000 is not a number here: leave the underscores out (a text goes in quotes)'
  set_fails seed=5 'seed: there is no input "seed"; --set changes an input (NAME) or a setting (settings.NAME)'
  set_fails chock=5 'chock: there is no input "chock", did you mean "shock"?'
  set_fails z=5 'z: no input has that name, but a setting does: write settings.z'
  set_fails settings.plan.3.share=1 'settings.plan.3.share: there is no "3" in this list, whose items are 1 to 2'
  set_fails settings.plan.02.share=1 'settings.plan.02.share: there is no "02" in this list, whose items are 1 to 2'
  set_fails settings.plan.1.shar=1 'settings.plan.1.shar: there is no "shar", did you mean "share"?'
  set_fails settings.z.y=1 'settings.z.y: there is no "y" in a whole number'
  [[ $(show --set settings.plan.2.share=[3,x] --set b="'it''s'" --set settings.z='{q: null}' --set settings.text='a = b') \
    == *'b=it'\''s '*'{plan={1={share=1} 2={share={1=3 2=x}}} text=a = b z={}}' ]]
  [[ $(show --set a.max=1.01 --set b.value=8 --set shock.normal.1=500) == '{a='@(0|1.00)*' b=8 shock='@(49|50)* ]]
}

@test "--set: a list that is shorter in one variant names it, and --variant leaves it out" {
  scenario 'settings: {plan: [{share: 1}, {share: 2}]}
variants: {long: {}, short: {settings: {plan: [{share: 3}]}}}'
  set_fails settings.plan.2.share=5 'settings.plan.2.share: there is no "2" in this list, whose items are '\
'1 to 1, in variant "short" (--variant NAME runs others)'
  [[ $(show --variant long --set settings.plan.2.share=5) == *'{plan={1={share=1} 2={share=5}}}' ]]
}

@test "a listed output that the script never returns is said to be missing, with the nearest name" {
  scenario 'outputs: {y: , kidn: {}, absent: {unit: EUR}}'
  "$PILOTAGE" run s.yaml --quiet >answer.txt 2>/dev/null
  grep -q 'kidn was not a number in 1 of 1 trials: the script never returned it; did you mean kind?' answer.txt
  grep -q 'absent was not a number in 1 of 1 trials: the script never returned it\.' answer.txt
}

@test "a goal on a series, a record or texts is not passed over; required, it is missed" {
  scenario 'outputs: {cash: {goal: at least 0}, risk: {goal: at least 0}, kind: {goal: {test: at least 0, required: true}}}'
  run -1 "$PILOTAGE" run s.yaml --quiet --output answer.txt
  [ "$(grep -c 'a goal needs one number a trial' answer.txt)" = 3 ]
  [ "$(tr -s '\n ' ' ' <answer.txt | grep -c 'The required goal is missed')" = 1 ]
}

@test "samples: no two columns have one name" {
  write same.lua <<'LUA'
return function(x) return { a = x.a, trial = x.trial, other = 1 } end
LUA
  write same.yaml <<'YAML'
{rollout: same.lua, trials: 1, inputs: {a: 2, trial: 3}}
YAML
  "$PILOTAGE" run same.yaml --quiet --output /dev/null --samples s.csv
  [ "$(head -n 1 s.csv)" = variant,trial,a,input.trial,output.a,other,output.trial ]
}

@test "booleans and counts are shown one by one, and a folded text brings no empty line" {
  write flags.lua <<'LUA'
return function(x) return { ok = draw.bernoulli(0.3, "a") } end
LUA
  printf 'rollout: flags.lua\ntrials: 100\nabout: >\n  Two\n  lines.\n' >flags.yaml
  "$PILOTAGE" run flags.yaml --quiet >answer.txt
  [ "$(sed -n 3,5p answer.txt)" = $'Two lines.\n\n  scenario  flags.yaml' ]
  grep -Eq '^  0 │.* (6|7|8)[0-9]' answer.txt
  grep -Eq '^  1 │.* (1|2|3)[0-9]' answer.txt
}

@test "a scenario runs from any folder, by any path, with a name in any script" {
  mkdir -p 'a b/ü'
  scenario 'name: Ünïcode ☃
variants: {größer: {}, "a,b \"q\"": {}}'
  mv s.yaml show.lua 'a b/ü/'
  "$PILOTAGE" run 'a b/ü/s.yaml' --quiet >first.txt 2>/dev/null
  "$PILOTAGE" run "$PWD/a b/ü/s.yaml" --quiet >second.txt 2>/dev/null
  (cd 'a b/ü' && "$PILOTAGE" run s.yaml --quiet >../../third.txt 2>/dev/null)
  diff <(tail -n +6 first.txt) <(tail -n +6 second.txt)
  diff <(tail -n +6 first.txt) <(tail -n +6 third.txt)
  [ "$(head -n 1 first.txt)" = 'Ünïcode ☃' ]
  grep -qx 'größer' first.txt
}

@test "large inputs: 200 of them, arrays of 10,000, a table of 200,000 rows, quickly" {
  awk 'BEGIN { print "a,b,t"; for (i = 1; i <= 200000; i++) print i "," (i % 3 == 0 ? "true" : "false") ",\"x, " i % 7 "\"" }' >big.csv
  write big.lua <<'LUA'
return function(x, p) return { n = p.big.n, last = p.big.a[p.big.n], t = x.row.t, i9 = x.i9, s = x.s[10000] } end
LUA
  { printf 'rollout: big.lua\ntrials: 20\ndata: {big: {file: big.csv.gz, where: "= row.b"}}\n'
    printf 'inputs:\n  row: {row: big, weight: a}\n  s: {normal: [0, 1], each: 10000}\n'
    for i in {1..200}; do printf '  i%d: {normal: [0, 1]}\n' "$i"; done; } >big.yaml
  gzip big.csv
  timeout 20 "$PILOTAGE" run big.yaml --quiet --format json --output big.json
  grep -Eq '"mean": 66666(\.0)?,' big.json
  grep -Eq '"mean": 199998(\.0)?,' big.json
}

@test "a distribution may name its file itself; a wrong column is named" {
  write_scenario
  printf 'Overrun (actual / plan)\n0.9\n1.1\n1.4\n' >ratio.csv
  sed -i 's/  cost: 5 to 40/  cost: {empirical: {file: ratio.csv, column: "Overrun (actual \/ plan)"}}/; s/cost: 10 to 60/cost: 3/' plan.yaml
  run -0 "$PILOTAGE" run plan.yaml --samples samples.csv --format json
  [[ $output == *'"path": "ratio.csv"'* ]]
  [ "$(grep '^calm' samples.csv | cut -d, -f4 | sort -u | wc -l)" -eq 3 ]
  sed -i 's/"Overrun (actual/"Overun (actual/' plan.yaml
  run -2 "$PILOTAGE" run plan.yaml
  [[ $output == *'plan.yaml:8:'*'"ratio.csv" has no column "Overun (actual / plan)", did you mean "Overrun (actual / plan)"?'* ]]
}
