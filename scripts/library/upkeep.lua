--- The feedback loop of what is deployed: it drifts, a review finds that it got worse, somebody says
--- why, and the remedy for that cause is ordered. It joins library.drift and library.monitor.
-- SPDX-License-Identifier: Apache-2.0
local check = require "library.check"
local drift = require "library.drift"
local monitor = require "library.monitor"

local upkeep = {}

--- The loop before month 1.
---   name       a draw of the diagnosis is named after it ("diagnosis NAME")
---   drifts     list of what drifts (see drift.new), each with the remedy for its own cause; a remedy that
---              is not given costs and mends nothing
---   review     how it is noticed (see monitor.cadence); its measure is the share of the performance at
---              deployment that is left, so limit and good lie below 1
---   diagnosis  0 to 1: how often the cause that is named is the one behind most of the loss
--- upkeep.new{ name = "bot", drifts = { words, wishes }, review = p.dashboard, diagnosis = 0.75 }
function upkeep.new(u)
  check.fields("upkeep", u, { "name", "drifts", "review", "diagnosis" })
  local drifts, states = {}, {}
  for i, d in ipairs(check.list("upkeep", u, "drifts")) do
    drifts[i] = drift.new(d)
    states[i] = drift.start(drifts[i])
  end
  return {
    name = check.name("upkeep", u), drifts = drifts, states = states,
    review = monitor.cadence(u.review), watch = monitor.start_cadence(),
    diagnosis = check.number("upkeep", u, "diagnosis", 0, 1),
    left = 1.0, cost = 0.0,
  }
end

--- One month on; returns what reviews and remedies cost. In the state: left (the share of the
--- performance that is left), cost so far; watch.alarms and watch.false_alarms count findings. A cause
--- whose remedy is under way is waited for.
--- local cost = upkeep.step(bot, month)
function upkeep.step(state, month)
  for i, d in ipairs(state.drifts) do drift.step(state.states[i], d, month) end
  state.left = drift.left(state.states)
  local found, cost = monitor.step_cadence(state.watch, state.review, month, state.left)
  if found then
    local remedy = drift.diagnose(state.name, month, state.drifts, state.states, state.diagnosis)
    for i, d in ipairs(state.drifts) do
      cost = cost + drift.order(state.states[i], d, month, remedy)
    end
  end
  state.cost = state.cost + cost
  return cost
end

return upkeep
