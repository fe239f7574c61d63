# What can go wrong around a run: files, pipes, interruption, scripts that fail now and then.
# SPDX-License-Identifier: Apache-2.0
load common

@test "a full disk, a closed pipe and a place that cannot be written are errors" {
  write_scenario
  run -2 "$PILOTAGE" run plan.yaml --output /dev/full
  [[ $output == *"cannot write: No space left on device"* ]]
  run -2 bash -c '"$0" run plan.yaml > /dev/full' "$PILOTAGE"
  [[ $output == *"cannot write"* ]]
  run -0 bash -c 'set +o pipefail; "$0" run plan.yaml --format json 2> error.txt | head -c 1 > /dev/null; echo "${PIPESTATUS[0]}" > status.txt' "$PILOTAGE"
  run -2 "$PILOTAGE" run plan.yaml --output nowhere/answer.txt
  [[ $output == *"nowhere/answer.txt: cannot write there"* ]]
  [ "$(ls)" = "$(printf '%s\n' error.txt plan.lua plan.yaml status.txt)" ]
}

@test "a closed pipe exits 2 with a message" {
  write_scenario
  mkfifo pipe
  (exec 3<pipe; exec 3<&-) &
  run -2 bash -c 'exec 3>pipe; sleep 0.3; "$0" run plan.yaml --format json >&3' "$PILOTAGE"
  [[ $output == *"cannot write: Broken pipe"* ]]
}

@test "a failed run leaves the file that was there as it was" {
  write_scenario
  echo before >answer.json
  sed -i 's/worth = worth + cash\[month\]/error("no")/' plan.lua
  run -2 "$PILOTAGE" run plan.yaml --output answer.json --samples samples.csv
  [ "$(cat answer.json)" = before ]
  [ ! -e samples.csv ]
}

@test "a script that errors in one trial names file, line and the lowest failing trial" {
  write_scenario
  sed -i 's/^  local payback/  if x.quality > 0.98 then error("too good") end\n  local payback/' plan.lua
  "$PILOTAGE" run plan.yaml --threads 1 --lanes 1 2>first.txt && false
  grep -q 'plan.lua:8: too good (trial [0-9]*)' first.txt
  for threads in 1 2 7; do
    for lanes in 3 64 2000; do
      "$PILOTAGE" run plan.yaml --threads $threads --lanes $lanes 2>other.txt && false
      cmp first.txt other.txt
    done
  done
  trial=$(sed 's/.*(trial \([0-9]*\))/\1/' first.txt)
  run -2 --separate-stderr "$PILOTAGE" run plan.yaml --trial "$trial" --variant calm
  [[ $output == *quality* ]]
  [[ $output == *"draw:outage"* ]]
  [[ $stderr == *"too good (trial $trial)"* ]]
  [ "$trial" -eq 1 ] || run -0 "$PILOTAGE" run plan.yaml --trials 1:$((trial - 1))
}

@test "NaN, nil, texts and missing outputs are counted, shown and never averaged in" {
  write odd.lua <<'LUA'
return function(x)
  local out = { good = x.u, sometimes = x.u }
  if x.u < 0.1 then out.sometimes = 0 / 0
  elseif x.u < 0.2 then out.sometimes = nil
  elseif x.u < 0.3 then out.sometimes = "text"
  elseif x.u < 0.4 then out.sometimes = -math.huge
  elseif x.u < 0.5 then out.sometimes = print end
  return out
end
LUA
  write odd.yaml <<'YAML'
name: odd
rollout: odd.lua
trials: 1000
inputs: {u: {uniform: {min: 0, max: 1}}}
outputs: {sometimes: {goal: at least 0}, absent: {}}
YAML
  "$PILOTAGE" run odd.yaml --samples odd.csv --output odd.txt
  low=$(awk -F, 'NR > 1 && $3 < 0.5' odd.csv | wc -l)
  grep -q "sometimes was not a number in $low of 1,000 trials" odd.txt
  grep -q "absent was not a number in 1,000 of 1,000 trials" odd.txt
  "$PILOTAGE" run odd.yaml --format json --output odd.json
  grep -q "\"not_a_number\": $low" odd.json
  high=$(awk -F, 'NR > 1 && $3 >= 0.5' odd.csv | wc -l)
  sed -n 's/.*"probability": \([0-9.]*\).*/\1/p' odd.json |
    awk -v n="$high" '{ seen = 1; bad = $1 * 1000 - n > 1e-6 || n - $1 * 1000 > 1e-6 } END { exit !seen || bad }'
}

@test "never: takes part in percentiles, gives way to its share above 5 %" {
  write never.lua <<'LUA'
return function(x) return { rare = x.u < 0.03 and math.huge or x.u, often = x.u < 0.3 and math.huge or x.u } end
LUA
  write never.yaml <<'YAML'
name: never
rollout: never.lua
trials: 4000
inputs: {u: {uniform: {min: 0, max: 1}}}
YAML
  run -0 "$PILOTAGE" run never.yaml
  [[ $output == *"rare never came in "* ]]
  [[ $output =~ often.*"never in "[23][0-9] ]]
  "$PILOTAGE" run never.yaml --format json --output never.json
  grep -q '"p95": "inf"' never.json
}

# interrupt PID SECONDS: SIGINT once PID listens to it and has worked for so long; sets status, and the
# milliseconds that it took to end.
interrupt() {
  until [ $((0x$(awk '/^SigCgt/ {print $2}' "/proc/$1/status") & 2)) -ne 0 ]; do sleep 0.05; done
  sleep "$2"
  kill -INT "$1"
  local start
  start=$(date +%s%N)
  status=0
  wait "$1" || status=$?
  took=$((($(date +%s%N) - start) / 1000000))
}

@test "SIGINT prints what is done, marked partial, and exits 130 within a second" {
  write_scenario
  "$PILOTAGE" run plan.yaml -n 5000000 --variant calm --output partial.json --format json --lanes 64 2>error.txt &
  interrupt $! 0.5
  [ $status -eq 130 ]
  [ $took -lt 2000 ]
  grep -q '"partial": true' partial.json
  grep -q 'interrupted after [1-9]' error.txt
}

@test "SIGINT while samples are written leaves no file, and one file for two purposes is refused" {
  write_scenario
  "$PILOTAGE" run plan.yaml -n 2000000 --variant calm --samples big.csv --output answer.txt 2>error.txt &
  pid=$!
  while [ ! -e answer.txt ]; do sleep 0.05; kill -0 $pid; done
  interrupt $pid 0
  [ $status -eq 130 ]
  grep -q 'no samples were written' error.txt
  ! ls | grep -q big.csv
  run -2 "$PILOTAGE" run plan.yaml --samples a.csv --output a.csv
  [[ $output == *'--output and --samples name one file, "a.csv"'* ]]
}

@test "SIGINT stops a script that does not come back" {
  write loop.lua <<'LUA'
return function(x) while true do end end
LUA
  write loop.yaml <<'YAML'
name: loop
rollout: loop.lua
YAML
  "$PILOTAGE" run loop.yaml >out.txt 2>error.txt &
  interrupt $! 0.7
  [ $status -eq 130 ]
  [ $took -lt 2000 ]
}

@test "SIGINT stops a batch of lanes that takes long" {
  write long.lua <<'LUA'
return function(x)
  local v = 0
  for i = 1, 20000 do v = v + draw.gamma(x.a + i, 1, "g") end
  return { v = v }
end
LUA
  write long.yaml <<'YAML'
name: long
rollout: long.lua
inputs: {a: 1 to 2}
YAML
  "$PILOTAGE" run long.yaml -n 200000 --lanes 200000 --threads 1 --engine lanes >out.txt 2>error.txt &
  interrupt $! 1.5
  [ $status -eq 130 ]
  [ $took -lt 2000 ]
}

@test "SIGINT stops scripts that stand a million calls deep" {
  write deep.lua <<'LUA'
local function down(n) return down(n + 1) + 1 end
return function(x) while true do pcall(down, 1) end end
LUA
  write deep.yaml <<'YAML'
name: deep
rollout: deep.lua
YAML
  "$PILOTAGE" run deep.yaml --threads 4 --lanes 1 >out.txt 2>error.txt &
  interrupt $! 1
  [ $status -eq 130 ]
  [ $took -lt 3000 ]
}

@test "more trials than the machine can hold are refused before it is full" {
  write_scenario
  run -2 "$PILOTAGE" run plan.yaml -n 1000000000000
  [[ $output == *"GiB a variant, and this machine has"*"--trials FIRST:LAST"* ]]
}

@test "limits of a trial hold and may be lowered" {
  write loop.lua <<'LUA'
return function(x)
  while true do end
end
LUA
  write loop.yaml <<'YAML'
name: loop
rollout: loop.lua
limits: {seconds: 0.5, memory_mib: 16}
YAML
  run -2 "$PILOTAGE" run loop.yaml
  [[ $output == *"loop.lua:2: "*"0.5 s"*"(trial 1)"* ]]
  write loop.lua <<'LUA'
return function(x)
  local t = {}
  for i = 1, math.huge do t[i] = i end
end
LUA
  run -2 "$PILOTAGE" run loop.yaml
  [[ $output == *"16 MiB"* ]]
}

@test "a closed standard input or output does not confuse a run" {
  write_scenario
  run -0 bash -c '"$0" run plan.yaml --output a.txt <&-' "$PILOTAGE"
  run -2 bash -c '"$0" run plan.yaml >&-' "$PILOTAGE"
}
