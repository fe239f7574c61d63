# pilotage run as people type it: answers, options, sameness of bits.
# SPDX-License-Identifier: Apache-2.0
load common

@test "the answer names scenario, trials, seed, outputs, goals and differences" {
  write_scenario
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output == *"A plan"* ]]
  [[ $output == *"2,000 of each variant"* ]]
  [[ $output =~ seed\ +7 ]]
  [[ $output == *"at least 0"* ]]
  [[ $output == *"P(better)"* ]]
  [[ $output == *"risk.outage"* ]]
  [[ $output == *"volume, cost"* ]] # the correlation reached
}

@test "the same seed gives the same bytes on any threads, widths and pieces" {
  write_scenario
  "$PILOTAGE" run plan.yaml --samples whole.csv --output answer.txt --threads 1
  for threads in 1 2 7 16; do
    for lanes in 1 2 7 64 512 5000; do
      "$PILOTAGE" run plan.yaml --samples other.csv --output other.txt --threads $threads --lanes $lanes
      cmp whole.csv other.csv
      cmp answer.txt other.txt
    done
  done
  head -n 1 whole.csv >pieces.csv
  for variant in calm rough; do
    for piece in 1:700 701:701 702:2000; do
      "$PILOTAGE" run plan.yaml --variant $variant --trials $piece --samples piece.csv --quiet >/dev/null
      tail -n +2 piece.csv >>pieces.csv
    done
  done
  cmp whole.csv pieces.csv
}

@test "another seed gives other numbers, and the scenario's seed is the default" {
  write_scenario
  "$PILOTAGE" run plan.yaml --output a.txt
  "$PILOTAGE" run plan.yaml --seed 7 --output b.txt
  "$PILOTAGE" run plan.yaml --seed 8 --output c.txt
  cmp a.txt b.txt
  ! cmp -s a.txt c.txt
}

@test "adding an input or a draw moves no other draw" {
  write_scenario
  "$PILOTAGE" run plan.yaml --samples a.csv --output /dev/null
  sed -i 's/^inputs:/inputs:\n  another: 1 to 2/' plan.yaml
  sed -i 's/^  local cash/  draw.normal(0, 1, "extra")\n  local cash/' plan.lua
  "$PILOTAGE" run plan.yaml --samples b.csv --output /dev/null
  cut -d, -f1,2,3- a.csv >a.cut
  cut -d, -f1,2,4- b.csv >b.cut
  cmp a.cut b.cut
}

@test "-n, --variant and --set" {
  write_scenario
  run -0 "$PILOTAGE" run plan.yaml -n 100 --variant rough
  [[ $output == *"100 of each variant"* ]]
  [[ $output == *rough* ]]
  [[ $output != *calm* ]]
  "$PILOTAGE" run plan.yaml -n 500 --variant calm --set settings.penalty=9 --set cost="10 to 60" \
    --samples set.csv --output /dev/null
  "$PILOTAGE" run plan.yaml -n 500 --variant rough --samples rough.csv --output /dev/null
  sed 's/^calm,/rough,/' set.csv | cmp - rough.csv
  run -0 "$PILOTAGE" run plan.yaml -n 10 --set settings.list.2.a=5
  run -2 "$PILOTAGE" run plan.yaml -n 10 --set settings.penalti=5
  [[ $output == *'there is no setting "penalti", did you mean "penalty"?'* ]]
  run -2 "$PILOTAGE" run plan.yaml --set penalty=5
  [[ $output == *"a setting does: write settings.penalty"* ]]
  run -2 "$PILOTAGE" run plan.yaml --set volme=3
  [[ $output == *'did you mean "volume"?'* ]]
  run -2 "$PILOTAGE" run plan.yaml --set settings.list.3.a=3
  [[ $output == *'there is no "3" in this list'* ]]
  run -2 "$PILOTAGE" run plan.yaml --variant calmer
  [[ $output == *'there is no variant "calmer", did you mean "calm"?'* ]]
}

@test "JSON and CSV go to a file or to standard output" {
  write_scenario
  "$PILOTAGE" run plan.yaml --format json --output answer.json
  "$PILOTAGE" run plan.yaml --format json >stdout.json
  cmp answer.json stdout.json
  grep -q '"kind": "rollout"' answer.json
  grep -q '"seed": 7' answer.json
  run -0 "$PILOTAGE" run plan.yaml --format csv
  [[ $output == *npv* ]]
}

@test "--trial replays one trial with inputs, draws and outputs" {
  write_scenario
  "$PILOTAGE" run plan.yaml --samples all.csv --output /dev/null
  run -0 "$PILOTAGE" run plan.yaml --trial 1234 --variant rough
  npv=$(awk -F, '$1 == "rough" && $2 == 1234 { print $12 }' all.csv)
  head -n 1 all.csv | grep -q '^variant,trial,volume,cost,shock\[1\],.*,quality,npv,payback,'
  [[ $output == *"draw:outage"* ]]
  [[ $output == *"bernoulli(0.2)"* ]]
  run -0 "$PILOTAGE" run plan.yaml --trial 1234 --variant rough --format json
  [[ $output == *'"kind": "trial"'* ]]
  [[ $output == *"\"npv\": $npv"* ]]
}

@test "a required goal that is missed exits 1 and says so" {
  write_scenario
  sed -i 's/goal: at least 0/goal: {test: at least 1000, chance: 0.9, required: true}/' plan.yaml
  run -1 "$PILOTAGE" run plan.yaml
  [[ $output == *"Required goal missed: npv at least 1000"* ]]
  sed -i 's/at least 1000/at least -1000/' plan.yaml
  run -0 "$PILOTAGE" run plan.yaml
}

@test "a wrong option, verb or value is explained" {
  run -2 "$PILOTAGE" rum plan.yaml
  [[ $output == *'unknown verb "rum", did you mean "run"?'* ]]
  run -2 "$PILOTAGE" run plan.yaml --sed 3
  [[ $output == *'unknown option "--sed", did you mean "--seed"?'* || $output == *'did you mean "--set"?'* ]]
  run -2 "$PILOTAGE" run plan.yaml -n 1e3
  [[ $output == *'--number: expected a whole number'*'found "1e3"'* ]]
  run -2 "$PILOTAGE" run plan.yaml --trials 5:1
  [[ $output == *'FIRST:LAST'* ]]
  run -2 "$PILOTAGE" run
  [[ $output == *"expected one scenario file"* ]]
  run -2 "$PILOTAGE" run nowhere.yaml
  [[ $output == *'cannot read "nowhere.yaml": No such file or directory'* ]]
  run -2 "$PILOTAGE"
  [[ $output == *"usage: pilotage VERB"* ]]
}

@test "every verb has help, and there is a version" {
  for verb in run check eval; do
    run -0 "$PILOTAGE" $verb --help
    [[ $output == "usage: pilotage $verb "* ]]
  done
  run -0 "$PILOTAGE" --help
  run -0 "$PILOTAGE" --version
  [[ $output =~ ^pilotage\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "no colour and no progress where nobody sees them" {
  write_scenario
  run -0 --separate-stderr "$PILOTAGE" run plan.yaml
  [[ $output != *$'\033'* ]]
  [ -z "$stderr" ]
}
