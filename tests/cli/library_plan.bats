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
  refuses stage '{stages = {}}' 'stage: stages has none'
  refuses stage '{stages = {pilot = {share = 0.1}}}' 'stage: stages must be a list, not a record with a field pilot'
  refuses stage '{stages = {{share = 0.1, month = 1, gate = {{metric = "mood", at_least = 1}}}}, metrics = {"accuracy"}}' \
    "stage 1's gate: metric must be one of accuracy, not mood"
  refuses stage '{stages = {{share = 0.1, month = 1}}, kill = {{metric = "accuracy"}}, metrics = {"accuracy"}}' \
    "stage's kill of accuracy needs one of at_least and at_most"
  refuses stage '{stages = {{share = 0.1, month = 1}}, options = {hodl = true}}' "stage's options: there is no field \"hodl\""
}

# ---- risk ----

@test "expected losses, inherent and residual, are probability times impact" {
  play risk
  # Ten months, half exposed; the gamma impact has mean 100, and mitigation works from month 3.
  near risk bare risk.outage '10 * 0.2 * 100 * 0.5'
  near risk bare happened.outage '10 * 0.2'
  near risk bare residual.outage '(2 * 0.2 * 100 + 8 * 0.05 * 100 * 0.5) * 0.5'
  near risk bare risk.churn '0.4 * 1000 * 0.5' # once, in one of the months
  near risk bare churned 0.4
  near risk bare happened.churn 0.4
  # A lognormal with 5 % below 3 and 5 % above 30.
  near risk bare risk.leak '10 * 0.01 * 0.5 * exp(log(90) / 2 + (log(10) / 2 / 1.6448536269514722) ^ 2 / 2)'
  near risk bare spent 0
  near risk mitigated risk.outage '(2 * 0.2 * 100 + 8 * 0.05 * 100 * 0.5) * 0.5'
  near risk mitigated inherent.outage '10 * 0.2 * 100 * 0.5'
  near risk mitigated risk.leak '0'
  near risk mitigated spent '30 + 10 * 4'
  near risk mitigated by_name.outage '30 + 10 * 4'
  near risk mitigated by_name.leak 0
  near risk one risk.leak '10 * 0.01 * 0.5 * exp(log(90) / 2 + (log(10) / 2 / 1.6448536269514722) ^ 2 / 2)'
  near risk one spent '30 + 10 * 4'
  near risk bare by_name.outage 0
  near risk exposed risk.outage '10 * 0.2 * 100'
  near risk exposed risk.churn '0'
  near risk bare owner.operations "$(moments risk bare total | cut -d' ' -f2) - $(moments risk bare risk.churn | cut -d' ' -f2)"
}

# same_columns NAME VARIANT VARIANT COLUMN…: equal in each trial, and not the same in all trials.
same_columns() {
  local file=$1.csv first=$2 second=$3
  shift 3
  awk -F , -v first="$first" -v second="$second" -v wanted="$*" '
    NR == 1 { n = split(wanted, names, " "); for (i = 1; i <= NF; i++) place[$i] = i; next }
    { for (i = 1; i <= n; i++) {
        value = $place[names[i]]
        if ($1 == first) { seen[$2, i] = value; if (value != seen[1, i]) varies[i] = 1 }
        else if ($1 == second) { compared++; if (value != seen[$2, i]) { print "trial " $2 ": " names[i]; exit 1 } }
      } }
    END { for (i = 1; i <= n; i++) if (!varies[i]) { print names[i] " never varies"; exit 1 }; exit compared < 100 * n }' "$file"
}

@test "adding a risk moves no other draw, and mitigating moves none" {
  play risk
  same_columns risk bare another risk.outage risk.churn risk.leak residual.outage happened.outage
  near risk coins both 0.25 # and they are independent: each draws for itself
  same_columns risk bare mitigated inherent.outage residual.outage risk.churn
}

@test "a risk's bad fields are named" {
  refuses risk '{risks = {{name = "outage", probability = 0.1}}}' 'risk "outage": impact must be a number or a distribution, not nil'
  refuses risk '{risks = {{name = "outage", probability = 1.2, impact = 3}}}' 'risk "outage": probability must lie between 0 and 1, not 1.2'
  refuses risk '{risks = {outage = {probability = 0.2, impact = 3}}}' 'risk: risks must be a list, not a record with a field outage'
  refuses risk '{risks = {{probability = 0.2, impact = 3}}}' 'risk 1: name must be a text'
  refuses risk '{risks = {{name = "a", probability = 0.2, impact = 3}, {name = "a", probability = 0.2, impact = 3}}}' 'risk "a" is there twice'
  refuses risk '{risks = {{name = "a", probability = 0.2, impact = 3, mitigation = {probability = 0.3}}}}' \
    "risk \"a\"'s mitigation: probability must lie between 0 and 0.2, not 0.3"
  refuses risk '{risks = {{name = "a", probability = 0.2, impact = 3}}, mitigate = {"b"}}' 'risk: mitigate names "b"'
}

# ---- capacity ----

@test "orders arrive after their lead time, in steps" {
  play capacity
  # Demand is m thousand in month m. Ordered in 2, 5, 8: 1, 3, 3 units, which arrive in 5, 8, 11.
  near capacity late 'units[4]' 1
  near capacity late 'units[5]' 2
  near capacity late 'units[7]' 2
  near capacity late 'units[8]' 5
  near capacity late 'units[11]' 8
  near capacity late over 11
  near capacity late lost '1000 * (1 + 2 + 3 + 3 + 4 + 5 + 3 + 4 + 5 + 3 + 4)'
  near capacity late cost '10 * (1 + 3 + 3 + 3) + 2 * (4 * 1 + 3 * 2 + 3 * 5 + 2 * 8)'
  # Planned ahead: 11 units ordered in month 1 are there in month 4, and demand calls for none.
  near capacity ahead 'units[4]' 12
  near capacity ahead over 2
  near capacity ahead lost '1000 * (1 + 2)'
  near capacity ahead cost '10 * 11 + 2 * (3 * 1 + 9 * 12)'
  # Half funded: ceil(1 / 2), ceil(3 / 2) and ceil(4 / 2) are ordered instead of 1, 3, 4.
  near capacity poor 'units[8]' 4
  near capacity poor 'units[11]' 6
  near capacity few 'units[12]' 4
  # The lead time is 2 months in three of four trials, else 5.
  near capacity unsure early 0.75
  near capacity unsure 'units[7]' 5
}

@test "overload is lost, waits or degrades; failures and leaving take their share" {
  play capacity
  near capacity waits backlog '12 * 500'
  near capacity waits delay 6
  near capacity waits served '12 * 1000'
  near capacity degrades served '12 * 1500'
  near capacity degrades strain '1 + 0.3 * 0.5'
  near capacity degrades over 12
  near capacity fails lost '12 * 0.2 * 0.5 * 1000'
  near capacity fails failed '12 * 0.2'
  near capacity leaves 'units[12]' '10 * 0.9 ^ 12'
}

@test "a resource's bad fields are named" {
  refuses capacity '{units = 1, per_unit = 10, lead_months = 3}' 'capacity: name must be a text'
  refuses capacity '{name = "gpu", units = 1, per_unit = 10}' 'capacity "gpu": lead_months must lie between 0 and 1200, not nil'
  refuses capacity '{name = "gpu", units = 1, per_unit = 0, lead_months = 3}' 'capacity "gpu": per_unit must be above 0'
  refuses capacity '{name = "gpu", units = 1, per_unit = 9, lead_months = 3, overload = "burns"}' \
    'capacity "gpu": overload must be one of lost, waits, degrades, not burns'
  refuses capacity '{name = "gpu", units = 1, per_unit = 9, lead_months = 3, failure = {probability = 2, lost = 1}}' \
    "capacity \"gpu\"'s failure: probability must lie between 0 and 1, not 2"
}

# ---- system ----

@test "failures spread along a chain, a diamond and a circle by inclusion and exclusion" {
  play system
  local b='(1 - 0.9 * (1 - 0.2 * 0.5))'
  near system chain down.a '6 * 0.2'
  near system chain down.b "6 * $b"
  near system chain down.c "6 * 0.4 * $b"
  near system chain spread "6 * (0.9 * 0.2 * 0.5 + 0.4 * $b)"
  near system chain outside "6 * 0.4 * $b"
  near system chain cost "6 * (7 * 0.2 + 100 * 0.4 * $b)"
  near system loaded down.a '6 * 0.4'
  near system loaded down.b 6
  near system loaded down.c '6 * 0.4'
  # Two ways from a to d: either, less both.
  near system diamond down.d '6 * 0.5 * (0.5 * 0.6 + 0.3 * 0.8 - 0.5 * 0.6 * 0.3 * 0.8)'
  # a fails, or c brings it down, which failed or was brought down by b, which failed.
  near system circle down.a '6 * (1 - 0.7 * (1 - 0.4 * (1 - 0.9 * (1 - 0.6 * 0.2))))'
  near system circle down.b '6 * (1 - 0.8 * (1 - 0.5 * (1 - 0.7 * (1 - 0.4 * 0.1))))'
}

@test "tools earn more together, and adding a system moves no other draw" {
  play system
  # 900 while a is up, 400 while b is, and a fifth of the lesser while both are.
  near system chain earned '6 * (900 * 0.8 + 400 * 0.9 * (1 - 0.2 * 0.5) + 0.2 * 400 * 0.8 * 0.9)'
  same_columns system chain longer down.a down.b down.c cost earned
}

@test "a system's bad fields are named" {
  refuses system '{systems = {{name = "a", depends_on = {{on = "b", spreads = 1}}}}}' 'system "a" depends on "b", which is not a system'
  refuses system '{systems = {{name = "a", fails = 1.2}}}' 'system "a": fails must lie between 0 and 1, not 1.2'
  refuses system '{systems = {{name = "a"}, {name = "b", depends_on = {{on = "a"}}}}}' \
    "system \"b\"'s dependency on a: spreads must lie between 0 and 1, not nil"
  refuses system '{systems = {{name = "a"}, {name = "a"}}}' 'system "a" is there twice'
  refuses system '{systems = {{name = "a"}}, together = {{tools = {"a", "z"}, gain = 0.1}}}' 'system: together 1 names "z"'
}

# ---- organisation ----

@test "models of organisation differ in speed, duplication, consistency and cost as their presets say" {
  play organisation
  # People times pace: speed, less what units do themselves at half maturity on average; 12 months.
  near organisation hybrid delivered '12 * 9 * 1.3 * (1 - 0.5 * 0.5) / 24'
  near organisation centralised delivered '12 * 8 * 1.0 * (1 - 0.1 * 0.5) / 24'
  near organisation decentralised delivered '12 * 12 * 1.6 * (1 - 0.9 * 0.5) / 24'
  near organisation hybrid waiting '12 * 2 - 12 * 9 * 1.3 * (1 - 0.5 * 0.5) / 24'
  near organisation little delivered '12 * 0.1'
  near organisation little delay 0
  near organisation hybrid cost '12 * 9 * 9000'
  near organisation decentralised cost '12 * 12 * 9000'
  near organisation hybrid build '100000 * (1 + 0.2 * 3)'
  near organisation centralised build '100000 * (1 + 0.05 * 3)'
  near organisation "own figure" build '100000 * (1 + 0.3 * 3)'
  near organisation hybrid errors '1 + 0.5 * (1 - 0.75)'
  near organisation decentralised learnt '0.04 * (1 + 0.2 * 3) / 4'
}

@test "an organisation's bad fields are named" {
  refuses organisation '{model = "matrix", units = 2}' 'organisation: model must be one of centralised, decentralised, hybrid, not matrix'
  refuses organisation '{model = "hybrid", units = 2, maturity = 3}' 'organisation: maturity must lie between 0 and 1, not 3'
  refuses organisation '{model = "hybrid", units = 2, maturity = 0, person_months = 9, cost_per_person = 1, sharing = 2}' \
    'organisation: sharing must lie between 0 and 1, not 2'
}

# ---- vendor ----

@test "prices change at renewals, and leaving pays when the saving outgrows the lock-in" {
  play vendor
  near vendor rises cost '12 * 100 * 2 * (1 + 1.1 + 1.1 ^ 2)' # changes are independent, 0.1 on average
  near vendor rises price '2 * 1.1 ^ 2'
  # At month 13: (2.2 - 1) * 100 * 24 = 2880 against 1000 * (1 + 0.1 * 12) + 2 * 100.
  near vendor leaves switched 13
  near vendor leaves cost '2400 + 2200 + 2 * 220 + 12 * 100 * (1 + 1.1)'
  near vendor leaves exit '1000 * (1 + 0.1 * 24)' # of the next one, after 24 months
  near vendor slow stayed 1 # eight months of paying both: 2880 against 2200 + 800, 3408 against 3400 + 800
  near vendor "may not" stayed 1
  near vendor "may not" cost '2400 * (1 + 1.1 + 1.21)'
  near vendor "may not" exit '1000 * (1 + 0.1 * 36)'
  # Twice the lock-in: 2880 against 3400 + 200, later 3408 against 5800 + 200; half of it is portable.
  near vendor "locked in" stayed 1
  near vendor modular switched 13
  near vendor modular cost '2400 + 1700 + 2 * 220 + 12 * 100 * (1 + 1.1)'
  near vendor ends stayed '0.9 ^ 36'
  near vendor ends unserved '2 * (1 - 0.9 ^ 35) + 0.9 ^ 35 * 0.1'
}

@test "a vendor's bad fields are named" {
  refuses vendor '{name = "model", price = -1}' 'vendor "model": price must be at least 0, not -1'
  refuses vendor '{name = "model", price = 1, ends = 0.2}' 'vendor "model": it may end, so there must be an alternative'
  refuses vendor '{name = "model", price = 1, alternative = {}}' "vendor \"model\"'s alternative: price must be at least 0, not nil"
  refuses vendor '{name = "model", price = 1, may_switch = 1}' 'vendor "model": may_switch must be true or false, not 1'
}

# ---- review ----

@test "reviewers catch what their time, fatigue and hurry leave" {
  play review
  # A month brings 600 * 4 + 20 * 15 * (1 + 2) minutes: 55 hours, of 98 that one reviewer has.
  near review enough utilisation '55 / 98'
  near review enough hours '3 * 55'
  near review enough cost '3 * 55 * 40'
  near review enough paid '3 * 7 * 20 * 40'
  near review enough caught '3 * (60 * 0.8 + 5 * 0.95)'
  near review enough reached '3 * (50 + 65) - 3 * (60 * 0.8 + 5 * 0.95)'
  near review enough disturbed '3 * 540 * 0.02'
  # 55 hours over 20 days are 2.75 a day; each costs a tenth, half of that on average.
  near review tired factor '1 - 0.1 * 2.75 / 2'
  near review tired caught '3 * (60 * 0.8 + 5 * 0.95) * (1 - 0.1 * 2.75 / 2)'
  # A quarter of a reviewer has 24.5 hours: the rest waits, passes, or all of it is hurried through.
  near review waits backlog '3 * (55 - 24.5)'
  near review waits delay '3 * (55 - 24.5) / 24.5 * 20'
  near review waits caught '(60 * 0.8 + 5 * 0.95) * 3 * 24.5 / 55' # each hour of work is like the others
  near review passes caught '3 * (60 * 0.8 + 5 * 0.95) * 24.5 / 55'
  near review passes reached '3 * (50 + 65) - 3 * (60 * 0.8 + 5 * 0.95) * 24.5 / 55'
  near review hurries factor '24.5 / 55'
  near review hurries disturbed '3 * 540 * 0.02'
  near review nobody reached '3 * 50'
  near review nobody caught 0
  near review nobody backlog '3 * 55'
  grep -E 'delay +never in 100' review.txt
}

@test "the deployed policy sends cases to levels as often as its rules say" {
  play review
  # vip and block: an eighth. Of the rest, over a limit: 1 - 0.9 * 0.8; novel: 0.3. Wrong below 0.1.
  local rest='1000 * 7 / 8'
  near review policy sent.review '1000 / 8'
  near review policy sent.exception "$rest * (1 - 0.9 * 0.8)"
  near review policy sent.collaborate "$rest * 0.9 * 0.8 * 0.3"
  near review policy sent.auto "$rest * 0.9 * 0.8 * 0.7"
  near review policy wrong.review '1000 / 8 * 0.1'
  near review policy wrong.exception "$rest * 0.1 * 0.2"
  near review policy wrong.auto "$rest * 0.1 * 0.8 * 0.7"
  # Months' averages of minutes in the exception level: lognormal, 5 % below 2 and 5 % above 15.
  local minutes='exp(log(30) / 2 + (log(7.5) / 2 / 1.6448536269514722) ^ 2 / 2)'
  near review policy hours "3 * $rest / 60 * ((1 - 0.9 * 0.8) * $minutes + 0.9 * 0.8 * 0.3 * 45 + 4 / 7)"
}

@test "waits within a day are those of Erlang C" {
  play review
  near review enough waits 0.409180150796 # M/M/10 at 8
  near review enough wait '0.409180150796 / (10 - 8)'
  near review enough answered 7.83593701 # seconds: 14 agents, 100 calls of 180 s in half an hour
}

@test "bad levels of review are named" {
  refuses review '{levels = {glance = {minutes = 1}}, reviewers = {count = 1}}' 'review: level must be one of auto, review, exception, collaborate, not glance'
  refuses review '{levels = {review = {minutes = 4, catches = 1.2}}, reviewers = {count = 1}}' \
    "review's level review: catches must lie between 0 and 1, not 1.2"
  refuses review '{levels = {review = {catches = 1}}, reviewers = {count = 1}}' "review's level review: minutes must be at least 0, not nil"
  refuses review '{levels = {}, reviewers = {}}' "review's reviewers: count must be at least 0, not nil"
  write bad.lua <<'LUA'
local review = require "library.review"
local function policy(d, p) if d.score > 1 then return "maybe" end return "auto" end
return function(x, p)
  local load = review.route(policy, p, {{score = 0}, {score = 3}}, 10, function() return 0.5 end)
  return {load = load.auto.wrong}
end
LUA
  run "$PILOTAGE" run bad.yaml -q -n 1
  ((status == 2))
  [[ $output == *'bad.lua:4: review: the policy returned maybe for case 2'* ]]
}

# ---- all of it ----

@test "a rollout on all modules runs wholly in lanes; its four ways to scale are settings" {
  play together
  "$PILOTAGE" run "$ROOT/tests/library/together.yaml" -q --isa portable --lanes 7 --samples other.csv --trials 1:600 -o /dev/null
  cmp lanes.csv other.csv
  near together "big bang" full_scale 1
  near together phased full_scale 12
  near together phased months_lost 0
  # Holding loses months, never gains one. Stopping is an option: where it is not used, nothing changes.
  awk -F , '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $1 == "gates with the option to stop" { npv[$2] = $at["npv"]; stopped[$2] = $at["stopped"]; if (stopped[$2] != "inf") ended++ }
    $1 == "phased with gates" { held += $at["held"]; if (stopped[$2] == "inf" && npv[$2] != $at["npv"]) wrong++; late += $at["full_scale"] > 12; early += $at["full_scale"] < 12 }
    END { print ended, held, late, early, wrong; exit !(ended > 100 && held > 1000 && late > 100 && early == 0 && wrong == 0) }
  ' together.csv
}

@test "inputs in place of any number, and a metric that is not measured each month, run wholly in lanes" {
  play varying
}
