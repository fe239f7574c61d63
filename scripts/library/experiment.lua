--- Tests of a change against a control: how many it takes, what the numbers say, and gates that
--- look once or several times. A gate sees a noisy estimate and never the truth.
-- SPDX-License-Identifier: Apache-2.0
local check = require "library.check"
local statistics = require "library.statistics"

local experiment = {}
local cdf, quantile = statistics.normal_cdf, statistics.normal_quantile

--- How many each group needs to tell share a from share b with the given power, two-sided at level
--- alpha (0.05); not rounded. Fleiss, Statistical Methods for Rates and Proportions (1981), eq. 3.14.
--- experiment.sample_size(0.01, 0.011, 0.8) is 163094.6
function experiment.sample_size(a, b, power, alpha)
  local mean = 0.5 * (a + b)
  local spread = quantile(1.0 - 0.5 * (alpha or 0.05)) * math.sqrt(2.0 * mean * (1.0 - mean))
    + quantile(power) * math.sqrt(a * (1.0 - a) + b * (1.0 - b))
  return (spread / (a - b)) ^ 2
end

--- The power of that test with n in each group (the far side, which is wrong, is left out).
--- experiment.power(0.01, 0.011, 163094.6) is 0.8
function experiment.power(a, b, n, alpha)
  local mean = 0.5 * (a + b)
  local critical = quantile(1.0 - 0.5 * (alpha or 0.05)) * math.sqrt(2.0 * mean * (1.0 - mean))
  return cdf((math.abs(a - b) * math.sqrt(n) - critical) / math.sqrt(a * (1.0 - a) + b * (1.0 - b)))
end

--- Two shares, b against a: the difference b - a with its interval (each share's own variance), z and
--- the two-sided p of the pooled test. Fleiss (1981), 2.1 and 2.2 without correction for continuity.
--- experiment.two_proportions(2033, 17293, 1945, 17260).z is -1.4192
function experiment.two_proportions(successes_a, n_a, successes_b, n_b, level)
  local a, b = successes_a / n_a, successes_b / n_b
  local pooled = (successes_a + successes_b) / (n_a + n_b)
  local z = (b - a) / math.sqrt(pooled * (1.0 - pooled) * (1.0 / n_a + 1.0 / n_b))
  local half = quantile(0.5 + 0.5 * (level or 0.95))
    * math.sqrt(a * (1.0 - a) / n_a + b * (1.0 - b) / n_b)
  return { difference = b - a, low = b - a - half, high = b - a + half, z = z, p = 2.0 * cdf(-math.abs(z)) }
end

--- Two means, b against a, of groups with variances of their own: the difference b - a, its interval,
--- t, its degrees of freedom and p. Welch, The generalization of "Student's" problem, Biometrika 34 (1947).
--- experiment.welch({ mean = 10, sd = 2, n = 30 }, { mean = 11, sd = 3, n = 40 }).df is 67.19
function experiment.welch(a, b, level)
  local va, vb = a.sd * a.sd / a.n, b.sd * b.sd / b.n
  local difference, error_of = b.mean - a.mean, math.sqrt(va + vb)
  local df = (va + vb) ^ 2 / (va * va / (a.n - 1) + vb * vb / (b.n - 1))
  local t, half = difference / error_of, statistics.t_quantile(0.5 + 0.5 * (level or 0.95), df) * error_of
  return { difference = difference, low = difference - half, high = difference + half, t = t, df = df,
    p = 2.0 * statistics.t_cdf(-math.abs(t), df) }
end

-- Bounds of |z| at 1 to 10 equally spaced looks for a two-sided level (tests/golden/sequential.py).
local POCOCK = {
  [0.01] = { 2.575829, 2.771809, 2.872960, 2.938664, 2.986272, 3.023078, 3.052787, 3.077517, 3.098582, 3.116850 },
  [0.05] = { 1.959964, 2.178272, 2.289478, 2.361298, 2.413176, 2.453211, 2.485488, 2.512336, 2.535195, 2.555013 },
  [0.1] = { 1.644854, 1.875423, 1.992186, 2.067412, 2.121682, 2.163534, 2.197263, 2.225311, 2.249188, 2.269888 },
}
local OBRIEN_FLEMING = { -- at the last look
  [0.01] = { 2.575829, 2.579570, 2.594920, 2.609097, 2.621171, 2.631365, 2.640057, 2.647560, 2.654115, 2.659902 },
  [0.05] = { 1.959964, 1.977431, 2.004036, 2.024295, 2.040073, 2.052793, 2.063317, 2.072207, 2.079845, 2.086502 },
  [0.1] = { 1.644854, 1.677953, 1.709606, 1.733100, 1.750866, 1.764891, 1.776345, 1.785934, 1.794117, 1.801211 },
}

local function check_bounds(rule, looks, alpha)
  local known = POCOCK[alpha]
  if (rule == "pocock" or rule == "obrien_fleming") and not (known and known[looks]) then
    error("experiment: " .. rule .. " is known for alpha 0.01, 0.05 and 0.1 and at most 10 looks, not "
      .. tostring(alpha) .. " and " .. tostring(looks), 3)
  end
end

--- The |z| that each look has to reach.
---   fixed           looks once, at the end
---   pocock          the same at each look (Pocock, Biometrika 64, 1977)
---   obrien_fleming  hard at first, C sqrt(looks / look) (O'Brien & Fleming, Biometrics 35, 1979)
---   naive           peeks as if each look were the only one: five at 0.05 call 14.17 % of nothing something
--- Pocock and O'Brien-Fleming for alpha 0.01, 0.05 and 0.1 and at most 10 looks.
--- experiment.bounds("pocock", 4, 0.05)[1] is 2.361298
function experiment.bounds(rule, looks, alpha)
  check_bounds(rule, looks, alpha)
  local once, list = quantile(1.0 - 0.5 * alpha), {}
  local pocock, fleming = POCOCK[alpha], OBRIEN_FLEMING[alpha]
  for look = 1, looks do
    if rule == "pocock" then list[look] = pocock[looks]
    elseif rule == "obrien_fleming" then list[look] = fleming[looks] * math.sqrt(looks / look)
    elseif rule == "naive" or look == looks then list[look] = once
    else list[look] = math.huge end
  end
  return list
end

--- A gate: a test that takes `group` more in each group a month and looks each month.
---   measure  share (a conversion) or mean (with sd, of one observation; taken as known)
---   rule     fixed, pocock, obrien_fleming or naive; looks: months that it lasts; alpha: 0.05
--- experiment.new{ name = "new ranking", measure = "share", rule = "pocock", looks = 4, group = 20000 }
function experiment.new(e)
  check.fields("experiment", e, { "name", "measure", "sd", "rule", "looks", "group", "alpha" })
  local measure = check.word("experiment", e, "measure", { "share", "mean" })
  local rule = check.word("experiment", e, "rule", { "fixed", "pocock", "obrien_fleming", "naive" })
  local looks = check.whole("experiment", e, "looks", 1, 120)
  local alpha = check.number("experiment", e, "alpha", 1e-9, 0.5, 0.05)
  check_bounds(rule, looks, alpha)
  return {
    name = check.name("experiment", e), measure = measure, looks = looks,
    sd = measure == "mean" and check.number("experiment", e, "sd", 1e-300, math.huge) or 0.0,
    group = check.number("experiment", e, "group", 1, math.huge),
    bounds = experiment.bounds(rule, looks, alpha),
  }
end

--- The state before the first look. state.decision is "continue", then "better", "worse" or "no
--- difference" for good; state.difference is the estimate (treated less control), state.z its z.
--- local state = experiment.start(ranking)
function experiment.start(_)
  return { decision = "continue", looks = 0, control = 0.0, treated = 0.0, difference = 0.0, z = 0.0 }
end

--- One month on with the true values, which only the draws see; returns state.decision. Counts are
--- drawn as normal (good for ten successes or more a month). After a decision nothing is done.
--- if experiment.step(state, ranking, month, 0.010, 0.011) == "better" then … end
function experiment.step(state, e, month, control, treated)
  if state.decision ~= "continue" then return state.decision end
  local function arrive(truth, group)
    local variance = e.sd * e.sd
    if e.measure == "share" then variance = truth * (1.0 - truth) end
    return e.group * truth + math.sqrt(e.group * variance) * draw.normal(0.0, 1.0, group .. e.name, month)
  end
  state.control = state.control + arrive(control, "control ")
  state.treated = state.treated + arrive(treated, "treated ")
  state.looks = state.looks + 1
  local n = e.group * state.looks
  local variance = e.sd * e.sd
  if e.measure == "share" then
    local pooled = math.max(math.min(0.5 * (state.control + state.treated) / n, 1.0), 0.0)
    variance = pooled * (1.0 - pooled)
  end
  state.difference = (state.treated - state.control) / n
  state.z = 0.0
  if variance > 0.0 then state.z = state.difference / math.sqrt(2.0 * variance / n) end
  if state.z >= e.bounds[state.looks] then state.decision = "better"
  elseif state.z <= -e.bounds[state.looks] then state.decision = "worse"
  elseif state.looks == e.looks then state.decision = "no difference" end
  return state.decision
end

return experiment
