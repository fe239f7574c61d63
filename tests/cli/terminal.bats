# What shows on a terminal only: progress with rate and time left, colour, and NO_COLOR.
# SPDX-License-Identifier: Apache-2.0
load common

on_terminal() { # COMMAND LINE: its terminal's output, escapes and all, in screen.txt
  TERM=xterm script -qec "$1" screen.txt >/dev/null </dev/null
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
  command -v script >/dev/null || skip "no script command here"
  write slow.lua <<<'return function(x) local s = 0.0 for i = 1, 60000 do s = s + i end return { s = s } end'
  write slow.yaml <<<'rollout: slow.lua'
}

@test "progress shows percent, rate and time left, and is wiped at the end" {
  on_terminal "'$PILOTAGE' run slow.yaml -n 6000 --threads 1 --engine scalar"
  grep -qE '[0-9]+ %  [0-9]+ of 6000 trials  [0-9]+ trials/s  [0-9]+ s left' screen.txt
  grep -q $'\r\033\[K' screen.txt
  on_terminal "'$PILOTAGE' run slow.yaml -n 6000 --threads 1 --engine scalar --quiet"
  ! grep -q 'trials/s' screen.txt
}

@test "titles are bold on a terminal, and plain with NO_COLOR, TERM=dumb or into a file" {
  on_terminal "'$PILOTAGE' run slow.yaml -n 10"
  grep -q $'\033\[1m' screen.txt
  on_terminal "NO_COLOR=1 '$PILOTAGE' run slow.yaml -n 10"
  ! grep -q $'\033\[1m' screen.txt
  on_terminal "TERM=dumb '$PILOTAGE' run slow.yaml -n 10"
  ! grep -q $'\033\[1m' screen.txt
  on_terminal "'$PILOTAGE' run slow.yaml -n 10 --output plain.txt"
  ! grep -q $'\033' plain.txt
}
