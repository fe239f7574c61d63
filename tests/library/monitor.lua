--- Run lengths of charts, and what reviews and people find.
-- SPDX-License-Identifier: Apache-2.0
local monitor = require "library.monitor"

local function run_length(chart, name, shift)
  local state, length = monitor.start(chart), 0
  repeat
    length = length + 1
    local seen = 10.0 + 0.5 * (draw.normal(0.0, 1.0, name) + (length > 20 and shift or 0.0))
  until monitor.step(state, chart, seen) or length >= 4000
  return length
end

local function cusum_length(shift)
  local chart = monitor.cusum{ target = 10, sd = 0.5, k = 0.5, h = 4 }
  local state, length = monitor.start(chart), 0
  repeat
    length = length + 1
    local seen = 10.0 + 0.5 * (draw.normal(0.0, 1.0, "cusum") + shift)
  until monitor.step(state, chart, seen) or length >= 4000
  return length
end

return function(x, p)
  local out = { cusum = cusum_length(p.shift) }
  out.page_hinkley = run_length(monitor.page_hinkley{ tolerance = 0.25, limit = 2 }, "page", p.shift)

  -- Twelve months of reviews at a true 0.9: an alarm below 0.88, false where 0.9 is good enough.
  local function review(terms)
    terms.limit, terms.sd, terms.cost, terms.false_cost = 0.88, 0.02, 10, 100
    local c = monitor.cadence(terms)
    local state, cost, first = monitor.start_cadence(c), 0.0, 0
    for month = 1, 12 do
      local found, spent = monitor.step_cadence(state, c, month, 0.9 - 0.1 * p.shift)
      cost = cost + spent
      if found and first == 0 then first = month end
    end
    return { alarms = state.alarms, false_alarms = state.false_alarms, cost = cost, first = first }
  end
  out.weekly = review{ name = "weekly", cadence = "weekly", good = 0.9 }
  out.quarterly = review{ name = "quarterly", cadence = "quarterly", good = 0.9, delay = 2 }
  out.campaign = review{ name = "campaign", cadence = "campaign", months = { 2, 7, 12 } }

  local function listen(terms)
    local s = monitor.signal(terms)
    local state = monitor.start_signal(s)
    local early, cost = monitor.step_signal(state, s, 1, x.u)
    local seen = monitor.step_signal(state, s, 2, 0.0)
    return { early = early ~= nil, seen = seen and seen - x.u or nil, answers = state.answers, cost = cost,
      silent = seen == nil }
  end
  out.survey = listen{ name = "survey", kind = "survey", asked = 400, response = 0.1, lag = 1, cost = 2 }
  out.social = listen{ name = "social", kind = "social", asked = 20, response = 0.1, lag = 1 }
  out.squared = out.survey.seen and out.survey.seen ^ 2 * out.survey.answers / (x.u * (1.0 - x.u))
  return out
end
