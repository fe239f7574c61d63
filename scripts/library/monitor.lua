--- How it is noticed that something got worse: control charts on a noisy measure, reviews at a
--- cadence, and what people say. None of them sees the truth, only a sample of it.
-- SPDX-License-Identifier: Apache-2.0
local check = require "library.check"
local statistics = require "library.statistics"

local monitor = {}

--- A two-sided CUSUM chart (Page, Continuous inspection schemes, Biometrika 41, 1954; tabular form of
--- Montgomery, Statistical Quality Control, 9.1). It sums what lies more than k sd from the target and
--- alarms beyond h sd. k = 0.5, h = 4: a false alarm every 168 values, a shift of 1 sd found after 8.4.
--- monitor.cusum{ target = 0.92, sd = 0.01, k = 0.5, h = 4 }
function monitor.cusum(m)
  check.fields("monitor", m, { "target", "sd", "k", "h" })
  return {
    kind = "cusum",
    target = check.number("monitor", m, "target", -math.huge, math.huge),
    sd = check.number("monitor", m, "sd", 1e-300, math.huge),
    k = check.number("monitor", m, "k", 0, math.huge, 0.5),
    h = check.number("monitor", m, "h", 0, math.huge, 4.0),
  }
end

--- A two-sided Page-Hinkley test (Hinkley, Inference about the change-point from cumulative sum tests,
--- Biometrika 58, 1971; as in Gama et al. 2014): the target is the mean so far, steps within
--- `tolerance` of it count as none, and `limit` is how far the sum may come back from its extreme;
--- both in the measure's unit. monitor.page_hinkley{ tolerance = 0.005, limit = 0.05 }
function monitor.page_hinkley(m)
  check.fields("monitor", m, { "tolerance", "limit" })
  return {
    kind = "page_hinkley",
    tolerance = check.number("monitor", m, "tolerance", 0, math.huge),
    limit = check.number("monitor", m, "limit", 0, math.huge),
  }
end

--- The state of a chart before the first value, and after a cause was found and mended.
--- local state = monitor.start(chart)
function monitor.start(_)
  return { count = 0, mean = 0.0, up = 0.0, down = 0.0 }
end

--- One value more; returns whether the chart alarms (on a rise or a fall).
--- if monitor.step(state, chart, seen) then state = monitor.start(chart) … end
function monitor.step(state, m, value)
  if m.kind == "cusum" then
    local z = (value - m.target) / m.sd
    state.up = math.max(state.up + z - m.k, 0.0)
    state.down = math.max(state.down - z - m.k, 0.0)
    return state.up > m.h or state.down > m.h
  end
  -- The sum less its minimum is a sum that is cut off at 0.
  state.count = state.count + 1
  state.mean = state.mean + (value - state.mean) / state.count
  local z = value - state.mean
  state.up = math.max(state.up + z - m.tolerance, 0.0)
  state.down = math.max(state.down - z - m.tolerance, 0.0)
  return state.up > m.limit or state.down > m.limit
end

--- Cadences: every how many months, how often in such a month, months until the finding is known.
--- ASSUMED: working days and weeks of a month; a finding of a review is acted on a month later.
monitor.cadences = {
  daily = { every = 1, looks = 21, delay = 0 }, weekly = { every = 1, looks = 4, delay = 0 },
  monthly = { every = 1, looks = 1, delay = 1 }, quarterly = { every = 3, looks = 1, delay = 1 },
  campaign = { every = 1, looks = 1, delay = 1 },
}

--- A review of a measure of which more is better. A look measures with noise `sd` and raises the
--- alarm below `limit`; it is a false alarm where the truth is `good` or more.
---   cadence  daily or weekly (alarms), monthly or quarterly (reviews), campaign (after those that end
---            in `months`, a list); every, looks and delay may be set beside it
---   cost     of one look; false_cost: of looking into a false alarm
--- monitor.cadence{ name = "dashboard", cadence = "weekly", limit = 0.88, good = 0.92, sd = 0.02, cost = 200 }
function monitor.cadence(c)
  check.fields("monitor", c, { "name", "cadence", "every", "looks", "delay", "limit", "good", "sd", "cost",
    "false_cost", "months" })
  local word = check.word("monitor", c, "cadence", { "daily", "weekly", "monthly", "quarterly", "campaign" })
  local usual = monitor.cadences[word]
  if word == "campaign" and type(c.months) ~= "table" then
    error("monitor: months must list the months in which campaigns end, not " .. tostring(c.months), 2)
  end
  return {
    name = check.name("monitor", c), months = c.months,
    every = check.whole("monitor", c, "every", 1, 1200, usual.every),
    looks = check.number("monitor", c, "looks", 1, math.huge, usual.looks),
    delay = check.whole("monitor", c, "delay", 0, 1200, usual.delay),
    limit = check.number("monitor", c, "limit", -math.huge, math.huge),
    good = check.number("monitor", c, "good", -math.huge, math.huge, c.limit),
    sd = check.number("monitor", c, "sd", 1e-300, math.huge),
    cost = check.number("monitor", c, "cost", 0, math.huge, 0.0),
    false_cost = check.number("monitor", c, "false_cost", 0, math.huge, 0.0),
  }
end

--- The state before month 1. state.alarms and state.false_alarms count what was found.
--- local state = monitor.start_cadence(dashboard)
function monitor.start_cadence(_) return { found = {}, false_found = {}, alarms = 0, false_alarms = 0 } end

--- One month on with a true value that only the draw sees. Returns whether a finding is known
--- this month (made `delay` months ago), and what the month costs. Months go 1, 2, 3, …
--- local found, cost = monitor.step_cadence(state, dashboard, month, quality)
function monitor.step_cadence(state, c, month, truth)
  local is_due, cost = month % c.every == 0, 0.0
  if c.months then
    is_due = false
    for _, ending in ipairs(c.months) do is_due = is_due or ending == month end
  end
  state.found[month], state.false_found[month] = false, false
  if is_due then
    cost = c.looks * c.cost
    local quiet = (1.0 - statistics.normal_cdf((c.limit - truth) / c.sd)) ^ c.looks
    local found = draw.bernoulli(1.0 - quiet, "review " .. c.name, month)
    state.found[month], state.false_found[month] = found, found and truth >= c.good
  end
  if month <= c.delay or not state.found[month - c.delay] then return false, cost end
  state.alarms = state.alarms + 1
  if state.false_found[month - c.delay] then
    state.false_alarms = state.false_alarms + 1
    cost = cost + c.false_cost
  end
  return true, cost
end

--- What people say: `asked` a month, of whom a share `response` answers, known `lag` months later.
---   kind  service (reviews of service contacts), survey, social (mentions); bias is added to the share
---         of the content among those who answer: ASSUMED -0.05, 0 and -0.15, for complaints are louder
---   cost  of each who is asked
--- monitor.signal{ name = "survey", kind = "survey", asked = 2000, response = 0.1, lag = 1 }
function monitor.signal(s)
  check.fields("monitor", s, { "name", "kind", "asked", "response", "lag", "bias", "cost" })
  local kind = check.word("monitor", s, "kind", { "service", "survey", "social" })
  local usual = kind == "service" and -0.05 or kind == "social" and -0.15 or 0.0
  return {
    name = check.name("monitor", s), kind = kind,
    asked = check.whole("monitor", s, "asked", 1, 1e9),
    response = check.number("monitor", s, "response", 0, 1),
    lag = check.whole("monitor", s, "lag", 0, 1200, 0),
    bias = check.number("monitor", s, "bias", -1, 1, usual),
    cost = check.number("monitor", s, "cost", 0, math.huge, 0.0),
  }
end

--- The state before month 1. local state = monitor.start_signal(survey)
function monitor.start_signal(_) return { truth = {}, answers = 0 } end

--- One month on with the true share of the content. Returns the share among those who answered `lag`
--- months ago (nil where nobody did), and the month's cost; state.answers is how many they were.
--- local seen, cost = monitor.step_signal(state, survey, month, 0.8)
function monitor.step_signal(state, s, month, truth)
  local cost = s.asked * s.cost
  state.truth[month] = truth
  state.answers = 0
  if month <= s.lag then return nil, cost end
  state.answers = draw.binomial(s.asked, s.response, "answers " .. s.name, month)
  if state.answers == 0 then return nil, cost end
  local share = math.max(math.min(state.truth[month - s.lag] + s.bias, 1.0), 0.0)
  return draw.binomial(state.answers, share, "content " .. s.name, month) / state.answers, cost
end

return monitor
