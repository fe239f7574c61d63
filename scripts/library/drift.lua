--- What makes a deployed model worse, and what mends it. A loss is the share of the performance at
--- deployment that is gone, 0 to 1; time is in months.
---
--- A *data shift* changes what comes in: the model learned other data (virtual drift). A *preference
--- shift* changes what people want: the same data now asks for another answer (real drift). The
--- names and the shapes follow Gama et al., A survey on concept drift adaptation, ACM Computing
--- Surveys 46 (2014), sections 2.2 and 2.3. Retraining on recent data mends the first, another strategy
--- (targeting, thresholds, offers) the second; the wrong remedy costs its money and time and mends
--- nothing. So diagnose before you prescribe.
-- SPDX-License-Identifier: Apache-2.0
local check = require "library.check"

local drift = {}

local function new_remedy(d, name)
  local r = (d.remedies or {})[name]
  if not r then return { cost = 0.0, months = 1, mends = 0.0 } end
  check.fields("drift", r, { "cost", "months", "mends" })
  return {
    cost = check.number("drift", r, "cost", 0, math.huge),
    months = check.whole("drift", r, "months", 1, 1200),
    mends = check.number("drift", r, "mends", 0, 1),
  }
end

--- One thing that drifts.
---   kind    gradual: a loss of `size` a month; sudden: a loss of `size` with `chance` a month;
---           seasonal: up to `size` lost in month `peak` and every `period` months after it
---   cause   data or preference
---   size    a number, or a distribution from the settings, drawn each month (gradual) or jump (sudden)
---   remedies  {retraining = {cost, months, mends}, strategy = {…}}: money, months until it works, share
---           of the loss that it takes back if it is the right one
--- drift.new{ name = "new words", kind = "gradual", cause = "data", size = 0.01,
---   remedies = { retraining = { cost = 40000, months = 2, mends = 0.8 } } }
function drift.new(d)
  check.fields("drift", d, { "name", "kind", "cause", "size", "chance", "peak", "period", "remedies" })
  local kind = check.word("drift", d, "kind", { "gradual", "sudden", "seasonal" })
  local is_drawn = type(d.size) == "table"
  if is_drawn and kind == "seasonal" then error("drift: size of a seasonal drift must be a number", 2) end
  for name in pairs(d.remedies or {}) do
    check.word("drift", { remedy = name }, "remedy", { "retraining", "strategy" })
  end
  return {
    name = check.name("drift", d), kind = kind,
    cause = check.word("drift", d, "cause", { "data", "preference" }),
    size = is_drawn and d.size or check.number("drift", d, "size", 0, 1), is_drawn = is_drawn,
    chance = kind == "sudden" and check.number("drift", d, "chance", 0, 1) or 1.0,
    peak = check.number("drift", d, "peak", 1, math.huge, 12),
    period = check.number("drift", d, "period", 2, math.huge, 12),
    retraining = new_remedy(d, "retraining"), strategy = new_remedy(d, "strategy"),
  }
end

--- The state before month 1: nothing is lost and no remedy is under way. state.loss is the loss in
--- force, state.spent the money that remedies took, state.wasted what of it went to wrong ones.
--- local state = drift.start(words)
function drift.start(_)
  return { loss = 0.0, kept = 1.0, ready = 0, is_right = false, spent = 0.0, wasted = 0.0 }
end

--- Orders "retraining" or "strategy" (which of them may differ from trial to trial) and returns its
--- cost: 0 while another is under way, which has to be waited for.
--- local cost = drift.order(state, words, month, "retraining")
function drift.order(state, d, month, remedy)
  if month < state.ready then return 0.0 end
  local is_retraining = remedy == "retraining"
  if not is_retraining and remedy ~= "strategy" then
    error("drift: remedy must be retraining or strategy, not " .. tostring(remedy), 2)
  end
  local cost, months = d.strategy.cost, d.strategy.months
  if is_retraining then cost, months = d.retraining.cost, d.retraining.months end
  state.ready = month + months
  state.is_right = is_retraining == (d.cause == "data")
  state.spent = state.spent + cost
  if not state.is_right then state.wasted = state.wasted + cost end
  return cost
end

--- One month on: the drift goes on, then a remedy that is ready this month takes back what it can.
--- Returns the loss. Of a seasonal drift, the right remedy teaches the model for good.
--- local loss = drift.step(state, words, month)
function drift.step(state, d, month)
  local is_mended = state.is_right and month == state.ready
  local mends = d.cause == "data" and d.retraining.mends or d.strategy.mends
  if d.kind == "seasonal" then
    if is_mended then state.kept = state.kept * (1.0 - mends) end
    local phase = math.cos(2.0 * math.pi * (month - d.peak) / d.period)
    state.loss = state.kept * d.size * 0.5 * (1.0 + phase)
    return state.loss
  end
  local size = d.size
  if d.is_drawn then size = draw.from(d.size, "drift size " .. d.name, month) end
  if d.chance == 1.0 or draw.bernoulli(d.chance, "drift " .. d.name, month) then
    state.loss = state.loss + (1.0 - state.loss) * math.max(math.min(size, 1.0), 0.0)
  end
  if is_mended then state.loss = state.loss * (1.0 - mends) end
  return state.loss
end

--- What all of them together leave of the performance, 0 to 1.
--- drift.left({ words_state, tastes_state })
function drift.left(states)
  local left = 1.0
  for _, state in ipairs(states) do left = left * (1.0 - state.loss) end
  return left
end

--- A look at why it got worse: returns the remedy for the cause that it names, which is the one
--- behind most of the loss with probability `accuracy`, else the other. (0.5 is a guess.)
--- local remedy = drift.diagnose("taskforce", month, { words, tastes }, { words_state, tastes_state }, 0.8)
function drift.diagnose(name, month, drifts, states, accuracy)
  local data, preference = 1.0, 1.0
  for i, d in ipairs(drifts) do
    local left = 1.0 - states[i].loss
    if d.cause == "data" then data = data * left else preference = preference * left end
  end
  local is_data = data < preference
  if not draw.bernoulli(accuracy, "diagnosis " .. name, month) then is_data = not is_data end
  return is_data and "retraining" or "strategy"
end

return drift
