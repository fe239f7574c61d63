#!/usr/bin/env bats
# The shipped scenarios that grow over a network: the inventory tool and the pricing engine. What they
# call real is in their data, their variants differ by what they say, and their money adds up.
# (That lanes and stock Lua agree on every shipped scenario is for engine.bats.)
# SPDX-License-Identifier: Apache-2.0
load common

TRIALS=1500

# samples NAME: every trial of every variant as NAME.csv; fails unless all of it ran in lanes.
samples() {
  "$PILOTAGE" run "$ROOT/scenarios/$1.yaml" -q -n $TRIALS --samples "$1.csv" --format json -o "$1.json" --seed 5
  grep -qF '"scalar": 0,' "$1.json"
}

# judge NAME PROGRAM: awk over the samples: v[variant, trial, output] is a cell, seen[variant] is there,
# trials count from 0 to n - 1, mean(variant, output) and has(text, condition) help.
judge() {
  awk -F , -v n=$TRIALS '
    NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; next }
    { for (i = 3; i <= NF; i++) v[$1, (NR - 2) % n, name[i]] = $i; seen[$1] = 1 }
    function mean(variant, output,   t, sum) {
      for (t = 0; t < n; t++) sum += v[variant, t, output]
      return sum / n
    }
    function has(text, holds) { if (!holds) { print "not so: " text; failed = 1 } }
    '"$2"'
    END { exit failed }' "$1.csv"
}

# What both scenarios promise, in every variant and trial.
MONEY='
  END {
    for (variant in seen) for (t = 0; t < n; t++) {
      cash = 0; debt = 0; last = 0; rate = 1.08 ^ (1 / 12); worth = 0
      for (m = 1; m <= 36; m++) {
        paid = v[variant, t, "cash[" m "]"]
        cash += paid; worth += paid / rate ^ m
        if (cash < 0) last = m
        if (-cash > debt) debt = -cash
        live = v[variant, t, "live[" m "]"]
        if (live < 0 || live > 8 || live != int(live)) wrong["live"]++
        stopped = v[variant, t, "stopped"]
        if (stopped != "inf" && m >= stopped && live != 0) wrong["live after a stop"]++
        if (stopped != "inf" && m > stopped && paid != 0) wrong["cash after a stop"]++
        if (live == 8 && v[variant, t, "full_scale"] > m) wrong["full_scale"]++
      }
      near("npv", worth, v[variant, t, "npv"]); near("peak_funding", debt, v[variant, t, "peak_funding"])
      near("roi", cash / v[variant, t, "total_cost"], v[variant, t, "roi"])
      payback = cash < 0 ? "inf" : last + 1
      if (payback != v[variant, t, "payback"]) wrong["payback"]++
    }
    for (what in wrong) has(what ": " wrong[what] " times", 0)
  }
  function near(what, a, b) { if ((a - b) ^ 2 > 1e-12 * (a * a + b * b + 1)) wrong[what]++ }'

# The option to stop changes nothing where it is not used, and gates never make a plan faster.
OPTIONS='
  END {
    for (t = 0; t < n; t++) {
      gates = v["phased with gates", t, "npv"]; stop = v["gates with the option to stop", t, "npv"]
      used = v["gates with the option to stop", t, "stopped"] != "inf"
      ended += used; differs += !used && gates != stop
      late += v["phased with gates", t, "full_scale"] == "inf" ||
        v["phased with gates", t, "full_scale"] > v["phased", t, "full_scale"]
      early += v["phased with gates", t, "full_scale"] != "inf" &&
        v["phased with gates", t, "full_scale"] < v["phased", t, "full_scale"]
      others += v["phased", t, "stopped"] != "inf" || v["phased with gates", t, "stopped"] != "inf"
    }
    has("some stop", ended > n / 20 && ended < n / 2); has("only where it may", others == 0)
    has("not used, the same", differs == 0); has("gates hold some back", late > n / 10)
    has("gates make none faster", early == 0)
    has("what the option buys", mean("gates with the option to stop", "npv") > mean("phased with gates", "npv"))
    has("and saves", mean("gates with the option to stop", "total_cost") < mean("phased with gates", "total_cost"))
  }'

@test "inventory: all in lanes, and the money adds up" {
  samples inventory
  judge inventory "$MONEY"
}

@test "inventory: variants differ by what they say" {
  samples inventory
  judge inventory "$OPTIONS"
  judge inventory '
    END {
      has("phased takes as long as planned", mean("phased", "full_scale") == 18)
      has("big bang is sooner, if not at once: one team connects", mean("big bang", "full_scale") < 14)
      has("the hybrid loses less for want of stock than the central team", mean("phased", "stock_outs") < mean("central team", "stock_outs"))
      has("teams at the sites build things twice", mean("teams at the sites", "total_cost") > mean("phased", "total_cost"))
      has("and lose less for want of stock", mean("teams at the sites", "stock_outs") < mean("phased", "stock_outs"))
      has("planners left alone cost less", mean("planners left alone", "total_cost") < mean("phased", "total_cost"))
      has("and follow less", mean("planners left alone", "npv") < mean("phased", "npv") && mean("planners left alone", "stock_outs") > mean("phased", "stock_outs"))
      has("more sites, more wrong orders", mean("big bang", "errors") > mean("phased", "errors"))
      has("common standards, fewer of them", mean("central team", "errors") < mean("phased", "errors") && mean("teams at the sites", "errors") > mean("phased", "errors"))
      has("no team changes what customers do", v["phased", 3, "gap[2]"] == v["central team", 3, "gap[2]"])
    }'
}

@test "pricing: all in lanes, and the money adds up" {
  samples pricing
  judge pricing "$MONEY"
}

@test "pricing: variants differ by what they say" {
  samples pricing
  judge pricing "$OPTIONS"
  judge pricing '
    END {
      has("phased takes as long as planned", mean("phased", "full_scale") == 12)
      has("big bang is at once", mean("big bang", "full_scale") == 1)
      for (t = 0; t < n; t++) { a = v["big bang", t, "uplift[1]"]; b = v["big bang", t, "uplift[12]"]; first += a < 0 ? -a : a; later += b < 0 ? -b : b }
      has("where few managers let its prices through at first", first < later / 3)
      has("and shows more wrong prices", mean("big bang", "errors") > mean("phased", "errors"))
      has("who looks more often earns more", mean("weekly alarms", "npv") > mean("phased", "npv") && mean("phased", "npv") > mean("quarterly reviews", "npv"))
      has("because prices fit better", mean("weekly alarms", "uplift[36]") > mean("phased", "uplift[36]") && mean("phased", "uplift[36]") > mean("quarterly reviews", "uplift[36]"))
      has("and pays more", mean("weekly alarms", "total_cost") > mean("quarterly reviews", "total_cost"))
      for (t = 0; t < n; t++) for (i = 1; i <= 3; i++) {
        risk = "risk." (i == 1 ? "price_war" : i == 2 ? "unfair_prices" : "wrong_everywhere")
        more += v["risks mitigated", t, risk] > v["phased", t, risk] * (1 + 1e-12); less += v["risks mitigated", t, risk] < v["phased", t, risk]
      }
      has("mitigation makes no risk larger", more == 0); has("and many smaller", less > n / 4)
    }'
}

@test "the numbers that the headers take from online_retail.csv are in it" {
  awk -F , '
    NR > 1 { revenue[$2, ++months[$2]] = $6; total[$2] += $6 }
    function sd(c,   m, s, q) {
      for (m = 1; m <= 7; m++) { s += log(revenue[c, m]); q += log(revenue[c, m]) ^ 2 }
      return sqrt((q - s * s / 7) / 6)
    }
    function rank(c, m,   k, r) { for (k = 1; k <= 7; k++) r += revenue[c, k] < revenue[c, m]; return r }
    function correlation(a, b,   m, d) {
      for (m = 1; m <= 7; m++) d += (rank(a, m) - rank(b, m)) ^ 2
      return 1 - 6 * d / (7 * 48)
    }
    END {
      count = split("United Kingdom,Netherlands,EIRE,Germany,France,Spain,Belgium,Portugal", c)
      for (i = 1; i <= count; i++) {
        s[i] = sprintf("%.2f", sd(c[i])); list = list " " s[i]
        for (j = 1; j < i; j++) sum += correlation(c[i], c[j])
      }
      print list; printf "%.2f\n", sum / 28
      priced = split("Germany,France,EIRE,Netherlands,Belgium,Spain,Switzerland,United Kingdom", p)
      for (i = 1; i <= priced; i++) { whole += total[p[i]]; all += months[p[i]] }
      printf "%.1f %d\n", 100 * total["United Kingdom"] / whole, all
    }' "$ROOT/scenarios/data/online_retail.csv" >found
  diff found - <<'TEXT'
 0.19 0.85 0.46 0.31 0.45 0.63 0.42 0.59
0.39
88.6 56
TEXT
}
