--- Refinements that are ordered, wait, work, wear out and are taken back.
-- SPDX-License-Identifier: Apache-2.0
local refine = require "library.refine"

return function(x, p)
  local zero = x.u - x.u
  local terms = refine.new{ name = "words", kind = "interface", cost = 100 + zero, months = 2, effect = 0.08,
    fatigue = 0.25 }
  local state, out = refine.start(terms), { quality = {} }
  local quality, last = 0.5, 0.0
  for month = 1, 9 do
    local gain = refine.step(state, terms, month)
    quality = quality + gain
    if gain ~= 0.0 then last = gain end
    if month <= 7 then refine.order(state, terms, month) end -- whenever none is under way
    out.quality[month] = quality
  end
  out.spent, out.done, out.gain, out.busy = state.spent, state.done, state.gain, refine.is_busy(state, 8)
  quality = quality - refine.undo(state, last)
  out.undone = { quality = quality, done = state.done, gain = state.gain }
  out.mends = refine.mends.data

  -- Drawn effects, ordered in months that differ from trial to trial.
  local tried = refine.new{ name = "retraining", kind = "algorithm", cost = 5, months = 1,
    effect = p.effect }
  local tries = refine.start(tried)
  for month = 1, 12 do
    refine.step(tries, tried, month)
    if draw.bernoulli(x.u, "ordered", month) then refine.order(tries, tried, month) end
  end
  out.drawn = tries.gain - 0.02 * tries.done
  out.drawn_squared = tries.done > 0 and out.drawn ^ 2 / tries.done or 0.03 ^ 2
  out.paid = tries.spent
  return out
end
