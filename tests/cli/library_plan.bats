#!/usr/bin/env bats
# The library's plan, capacity, risk, system, organisation, vendor and review: known values within
# the Monte Carlo error, everything in lanes and the same in stock Lua, bad fields named.
# SPDX-License-Identifier: Apache-2.0
load common

# play NAME [OPTION…]: runs tests/library/NAME.yaml, every trial in lanes, into NAME.csv; stock Lua
# gives the same bits.
play() {
  local name=$1 scenario=$ROOT/tests/library/$1.yaml
  shift
  "$PILOTAGE" run "$scenario" -q --explain-engine --samples "$name.csv" "$@" >"$name.txt"
  grep -E 'in stock Lua +0 trials' "$name.txt"
  "$PILOTAGE" run "$scenario" -q --engine lanes --samples lanes.csv --trials 1:600 -o /dev/null "$@"
  "$PILOTAGE" run "$scenario" -q --engine scalar --samples scalar.csv --trials 1:600 -o /dev/null "$@"
  cmp lanes.csv scalar.csv
}

# moments NAME VARIANT COLUMN: "count mean error", over the trials in which it is a number.
moments() {
  awk -F , -v variant="$2" -v column="$3" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i; if (!at) { print "no column " column; exit 1 } }
    NR > 1 && $1 == variant && $at ~ /[0-9]/ { n++; value = $at; if (n == 1) base = value; d = value - base; sum += d; squares += d * d }
    NR > 1 && $1 == variant && ($at == "true" || $at == "false") { n++; d = $at == "true"; sum += d; squares += d }
    END { mean = sum / n; v = squares / n - mean * mean; printf "%d %.17g %.17g\n", n, base + mean, sqrt((v > 0 ? v : 0) / n) }' "$1.csv"
}

# near NAME VARIANT COLUMN FORMULA: its mean is the formula's value, within 4 standard errors and
# what adding in doubles costs. A formula is awk's, with the functions below.
near() {
  local found
  found=$(moments "$1" "$2" "$3")
  awk -v found="$found" -v what="$2, $3" '
    function phi(z,  sum, term, i) { # normal distribution function, Abramowitz & Stegun 26.2.10
      term = z; sum = z
      for (i = 1; i < 200; i++) { term *= -z * z / (2 * i); sum += term / (2 * i + 1) }
      return 0.5 + sum / sqrt(8 * atan2(1, 1))
    }
    function switched_on(on, off, months,  p, i) { # chance of being on, month by month, from off
      for (i = 0; i < months; i++) p = p * (1 - off) + (1 - p) * on
      return p
    }
    function no_pair(miss, months,  none, one, i, both) { # chance of no two misses in a row
      none = 1
      for (i = 0; i < months; i++) { both = none + one; one = none * miss; none = both * (1 - miss) }
      return none + one
    }
    BEGIN {
      split(found, f, " "); wanted = '"$4"'; away = f[2] - wanted
      size = wanted < 0 ? -wanted : wanted
      if (away < 0) away = -away
      if (away <= 4 * f[3] + 1e-9 * (1 + size)) exit 0
      printf "%s: %.9g, wanted %.9g, error %.3g\n", what, f[2], wanted, f[3]; exit 1
    }'
}

# refuses MODULE TERMS TEXT: MODULE.new(TERMS) is an error at the caller'\''s line that says TEXT.
refuses() {
  printf 'local module = require "library.%s"\nreturn function(x, p) local made = module.new(%s) return { made } end\n' "$1" "$2" >bad.lua
  echo 'rollout: bad.lua' >bad.yaml
  run "$PILOTAGE" run bad.yaml -q -n 1
  echo "$output"
  ((status == 2))
  [[ $output == *"bad.lua:2: $3"* ]]
}

# ---- stage ----

@test "gates pass as often as the normal distribution says" {
  play stage
  # Accuracy .8, seen with error .1, passes .85 with chance a each month, from month 3 to 8.
  local a='(1 - phi(0.5))' b='phi(0.5)'
  near stage gates at "2 - $b ^ 6"
  near stage gates held "$b * (1 - $b ^ 6) / $a" # months up to the first pass, cut off
  near stage gates lost "$b * (1 - $b ^ 6) / $a"
  near stage gates share_months "0.8 + 0.4 * (6 - $b * (1 - $b ^ 6) / $a)"
  # Without the option to hold the months of the plan decide alone.
  near stage phased full_scale 3
  near stage phased share_months '2 * 0.1 + 6 * 0.5'
  near stage "big bang" full_scale 1
  near stage "big bang" share_months '8 * 0.5'
}

@test "roll back, stopping and the loss cap do what their rules say" {
  play stage
  # From full scale, a month in which less than .7 was seen leads back; a passed gate leads on.
  near stage "roll back" at '1 + switched_on(1 - phi(0.5), phi(-1), 6)'
  # Stopped once .75 was missed in two months running; months 1 to 7 are seen before month 8.
  near stage stop gone '1 - no_pair(phi(-0.5), 7)'
  # Month 1 and 2 lose 10 each; 20 is within the cap of 25, what month 3 adds is not.
  near stage cap stopped 4
  near stage cap share_months '0.1 * 2 + 0.1 * phi(0.5) + 0.5 * (1 - phi(0.5))'
  near stage patience stopped 6 # the gate stays shut: held in 3, 4, 5, and more than two are over
}

@test "a plan's bad fields are named" {
  refuses stage '{stages = {{share = 0.1, month = 4}, {share = 0.5, month = 2}}}' 'stage 2: month 2 lies before month 4'
  refuses stage '{stages = {{share = 1.5, month = 1}}}' 'stage 1: share must lie between 0 and 1, not 1.5'
  refuses stage '{stages = {{month = 1}}}' 'stage 1: share must lie between 0 and 1, not nil'
  refuses stage '{stages = {}}' 'stage: stages must be a list'
  refuses stage '{stages = {{share = 0.1, month = 1, gate = {{metric = "mood", at_least = 1}}}}, metrics = {"accuracy"}}' \
    "stage 1's gate: metric must be one of accuracy, not mood"
  refuses stage '{stages = {{share = 0.1, month = 1}}, kill = {{metric = "accuracy"}}, metrics = {"accuracy"}}' \
    "stage's kill of accuracy needs one of at_least and at_most"
  refuses stage '{stages = {{share = 0.1, month = 1}}, options = {hodl = true}}' "stage's options: there is no field \"hodl\""
}
