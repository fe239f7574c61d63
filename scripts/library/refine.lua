--- The four ways to refine what is deployed: the algorithm (retrain, tune, new features), the data
--- that goes in (new sources, quality, gaps), the strategy (targeting, rules, thresholds) and the
--- interface (wording, display). Each costs money, takes months, and moves a measure by an uncertain
--- amount, less each time that it is repeated.
-- SPDX-License-Identifier: Apache-2.0
local check = require "library.check"

local refine = {}

refine.kinds = { "algorithm", "data", "strategy", "interface" }

--- The cause of drift (see library.drift) that each kind mends; an interface mends none.
refine.mends = { algorithm = "data", data = "data", strategy = "preference", interface = "none" }

--- One refinement that can be ordered, again and again.
---   cost     money; months: from the order until it works (1 or more)
---   effect   added to the measure: a number, or a distribution from the settings, drawn each time, whose
---            lower end may well be negative (not every change is a good one)
---   fatigue  share of the effect that is gone at each repetition: 0.3 leaves 1, 0.7, 0.49, … of it
--- refine.new{ name = "clearer answers", kind = "interface", cost = 15000, months = 2,
---   effect = p.clearer, fatigue = 0.3 }
function refine.new(r)
  check.fields("refine", r, { "name", "kind", "cost", "months", "effect", "fatigue" })
  local kind = check.word("refine", r, "kind", refine.kinds)
  local is_drawn = type(r.effect) == "table"
  return {
    name = check.name("refine", r), kind = kind, mends = refine.mends[kind],
    cost = check.number("refine", r, "cost", 0, math.huge),
    months = check.whole("refine", r, "months", 1, 1200),
    effect = is_drawn and r.effect or check.number("refine", r, "effect", -math.huge, math.huge),
    is_drawn = is_drawn,
    fatigue = check.number("refine", r, "fatigue", 0, 1, 0.0),
  }
end

--- The state before month 1: none is under way. state.done counts those that work, state.gain is
--- what they added up to, state.spent their cost.
--- local state = refine.start(answers)
function refine.start(_) return { ready = 0, strength = 1.0, done = 0, gain = 0.0, spent = 0.0 } end

--- Whether one is under way in this month.
--- if not refine.is_busy(state, month) then … end
function refine.is_busy(state, month) return month < state.ready end

--- Orders one and returns its cost: 0 while the last is under way, which has to be waited for.
--- local cost = refine.order(state, answers, month)
function refine.order(state, r, month)
  if month < state.ready then return 0.0 end
  state.ready = month + r.months
  state.spent = state.spent + r.cost
  return r.cost
end

--- One month on: returns what a refinement that is ready this month adds to the measure, else 0.
--- Whether it is kept is for a test to say (library.experiment): refine.undo takes it back.
--- quality = quality + refine.step(state, answers, month)
function refine.step(state, r, month)
  if month ~= state.ready then return 0.0 end
  local effect = r.effect
  if r.is_drawn then effect = draw.from(r.effect, "refinement " .. r.name, month) end
  effect = effect * state.strength
  state.strength = state.strength * (1.0 - r.fatigue)
  state.done = state.done + 1
  state.gain = state.gain + effect
  return effect
end

--- Takes back an effect that a test did not confirm; returns it, to be taken off the measure.
--- quality = quality - refine.undo(state, effect)
function refine.undo(state, effect)
  state.done = state.done - 1
  state.gain = state.gain - effect
  return effect
end

return refine
