# What a scenario asks beside its outputs: options, gates, risks, tails, and what is wrong in them.
# SPDX-License-Identifier: Apache-2.0
load common

write_questions() {
  write plan.lua <<'LUA'
return function(x, p)
  local good = draw.bernoulli(0.6, "good")
  local seen = (good and 1.0 or 0.0) + draw.normal(0, 1, "noise")
  local lost = draw.exponential(1000, "outage")
  return { npv = p.stop and math.max(x.worth, 0.0) or x.worth, truly_good = good, worst = -x.worth,
    decision = seen > 0.5 and "scale" or "stop", held = seen > 0.5 and 0 or 6,
    risk = { outage = lost / 2 }, before = { outage = lost }, spent = 200,
    words = { owner = good and "sales" or "legal" } }
end
LUA
  write plan.yaml <<'YAML'
rollout: plan.lua
trials: 2000
currency: EUR
inputs: {worth: {normal: [0, 1000]}}
settings: {stop: false}
variants: {firm: {}, may stop: {settings: {stop: true}}, third: {}}
outputs: {npv: {unit: EUR, better: higher}}
options: {stop: {with: may stop, without: firm, output: npv, about: Free to stop.}}
gates: {good: truly_good, promoted: {output: decision, is: scale}, months_lost: held}
risks: {residual: risk, inherent: before, mitigation_cost: spent}
tails: {level: 0.9, outputs: [npv]}
YAML
}

@test "what only serves a question is left out of the other tables, unless it has a goal" {
  write_questions
  run -0 "$PILOTAGE" run plan.yaml
  [[ ! $output =~ (^|$'\n')\ *(truly_good|held|before.outage|spent)\  ]]
  [[ $output =~ $'\n'\ +risk.outage\  ]]
  run -0 "$PILOTAGE" run plan.yaml --format json
  [[ $output == *'"before.outage": {'* ]]
  sed -i 's/^outputs: {/outputs: {spent: {goal: at most 300}, /' plan.yaml
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output =~ $'\n'\ +spent\  ]]
}

@test "losses if nothing were mitigated have a row only where something is" {
  write_questions
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output =~ firm\ +inherent ]]
  sed -i 's/before = { outage = lost }/before = { outage = lost \/ 2 }/' plan.lua
  run -0 "$PILOTAGE" run plan.yaml
  [[ ! $output =~ firm\ +inherent ]]
  [[ $output =~ firm\ +residual ]]
  run -0 "$PILOTAGE" run plan.yaml --format json
  [[ $output == *'"inherent": {'*'"exceeded"'* ]]
}

@test "each question has its section, as text, CSV and JSON" {
  write_questions
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output == *"The other pairs: npv"* ]]
  [[ $output =~ third\ +may\ stop\ +EUR ]]
  [[ $output == *"What options are worth, at least"*'stop: "may stop" against "firm", trial by trial. Free to stop.'* ]]
  [[ $output == *"a lower bound"* ]]
  [[ $output =~ "P(promoted | bad)"\ +"months lost ± error"\ +"months lost if good ± error" ]]
  [[ $output == *"The worst 10 % of trials"*"VaR 90 %"* ]]
  [[ $output == *"Risks: may stop"*"prevented / cost"* ]]
  run -0 "$PILOTAGE" run plan.yaml --format csv
  [[ $output == *'"What options are worth, at least",stop,npv,EUR,'* ]]
  [[ $output == *"Risks: firm,outage,"* ]]
  [[ $output == *"table,variant,output,unit,difference,difference error,P(better),P(better) error,saved,saved error"* ]]
  [[ $output == *$'\n"Against firm, trial by trial on the same luck",may stop,npv,EUR,'* ]]
  [[ $output == *"P(promoted | bad),P(promoted | bad) low,P(promoted | bad) high,months lost,months lost error,months lost if good,months lost if good error"* ]]
  run -0 "$PILOTAGE" run plan.yaml --format json
  [[ $output == *'"bound": "lower"'*'"promoted_if_bad": '*'"cvar_error": '*'"share_of_cvar": '* ]]
}

@test "the same bytes on any threads, widths and engines" {
  write_questions
  "$PILOTAGE" run plan.yaml --output answer.txt --threads 1
  for options in "--threads 3 --lanes 7" "--engine scalar" "--isa portable"; do
    # shellcheck disable=SC2086
    "$PILOTAGE" run plan.yaml --output other.txt $options
    cmp answer.txt other.txt
  done
}

@test "without the keys nothing is asked but the first output's tail, if it is money" {
  write_questions
  sed -i '/^options/d; /^gates/d; /^risks/d; /^tails/d' plan.yaml
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output == *"The worst 5 % of trials"* ]]
  [[ $output != *"What options"* && $output != *"gates err"* && $output != *"Risks"* ]]
  sed -i 's/^currency.*/currency: USD/' plan.yaml
  run -0 "$PILOTAGE" run plan.yaml
  [[ $output != *"The worst"* ]]
}

@test "an option whose variants are not run is left out" {
  write_questions
  run -0 "$PILOTAGE" run plan.yaml --variant firm
  [[ $output != *"What options are worth"* ]]
  [[ $output == *"How often gates err"* ]]
}

# refused PATTERN REPLACEMENT MESSAGE: after that change the run is refused with file, place and message.
refused() {
  write_questions
  sed -i "s/$1/$2/" plan.yaml
  run -2 "$PILOTAGE" run plan.yaml
  echo "$output"
  [[ $output =~ plan\.yaml:[0-9]+:[0-9]+:\  ]]
  [[ $output == *"$3"* ]]
}

@test "wrong keys and variants are refused before the run" {
  refused '^options:' 'option:' 'unknown key "option" in the scenario, did you mean "options"?'
  refused 'without: firm' 'witout: firm' 'unknown key "witout" in option "stop", did you mean "without"?'
  refused 'without: firm' 'without: frm' 'without: there is no variant "frm", did you mean "firm"?'
  refused 'without: firm' 'without: may stop' 'with and without are the same variant, "may stop"'
  refused ', output: npv' '' 'option "stop": expected a key output, such as "output: npv"'
  refused 'promoted:' 'promotd:' 'unknown key "promotd" in gates, did you mean "promoted"?'
  refused 'good: truly_good, ' '' 'gates: expected a key good'
  refused 'good: truly_good.*' 'good: truly_good}' 'expected one of promoted, rolled_back and months_lost'
  refused ', is: scale' '' 'gates: promoted: expected a key is'
  refused 'inherent:' 'inherrent:' 'did you mean "inherent"?'
  refused 'residual: risk, ' '' 'risks: expected a key residual'
  refused 'level: 0.9' 'level: 95' 'level is a probability from 0.5 to below 1'
  refused 'outputs: \[npv\]' 'outputs: npv' 'tails: outputs: expected a list'
}

@test "outputs that no trial returns are refused with the nearest name" {
  refused 'output: npv' 'output: nvp' 'option "stop": output: no trial returned one number a trial called "nvp", did you mean "npv"?'
  refused 'good: truly_good' 'good: truely_good' 'gates: good: no trial returned one number a trial called "truely_good", did you mean "truly_good"?'
  refused 'months_lost: held' 'months_lost: hold' 'did you mean "held"?'
  refused 'is: scale' 'is: scael' 'gates: promoted: "decision" never is "scael", did you mean "scale"?'
  refused '{output: decision, is: scale}' 'decision' 'is a text: say which, such as {output: decision, is: scale}'
  refused 'output: decision, is: scale' 'output: held, is: scale' '"held" is no text: write its name only, held'
  refused 'residual: risk' 'residual: risc' 'no trial returned a record called "risc", did you mean "risk"?'
  refused 'mitigation_cost: spent' 'mitigation_cost: spend' 'did you mean "spent"?'
  refused 'outputs: \[npv\]' 'outputs: [worst]' 'which way is good for "worst"? Say "better: higher" or "better: lower"'
  refused 'outputs: \[npv\]' 'outputs: [decision]' '"decision" is a text, and a number is needed'
  refused 'months_lost: held' 'months_lost: decision' 'gates: months_lost: "decision" is a text, and a number is needed'
  refused 'mitigation_cost: spent' 'mitigation_cost: decision' 'risks: mitigation_cost: "decision" is a text'
  refused 'inherent: before' 'inherent: words' 'risks: inherent: "words.owner" is a text, and a number is needed'
}
