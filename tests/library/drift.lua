--- Drift of both causes and all shapes, the right and the wrong remedy, and the diagnosis.
-- SPDX-License-Identifier: Apache-2.0
local drift = require "library.drift"

return function(x, p)
  local zero = x.u - x.u
  local remedies = { retraining = { cost = 40, months = 2, mends = 0.8 },
    strategy = { cost = 60, months = 3, mends = 0.5 } }
  local words = drift.new{ name = "words", kind = "gradual", cause = "data", size = 0.02 + zero, remedies = remedies }
  local tastes = drift.new{ name = "tastes", kind = "gradual", cause = "preference", size = 0.03 + zero,
    remedies = remedies }
  local season = drift.new{ name = "season", kind = "seasonal", cause = "data", size = 0.1 + zero, peak = 3,
    remedies = remedies }
  local out = {}

  -- The wrong remedy in month 4, the right one in month 7 (and a second order while it is on its way).
  local function treat(d, wrong, right)
    local state, losses, paid = drift.start(d), {}, 0.0
    for month = 1, 12 do
      losses[month] = drift.step(state, d, month)
      if month == 4 then paid = paid + drift.order(state, d, month, wrong) end
      if month == 7 or month == 8 then paid = paid + drift.order(state, d, month, right) end
    end
    return { m3 = losses[3], m6 = losses[6], m9 = losses[9], m10 = losses[10], m12 = losses[12], paid = paid,
      wasted = state.wasted }
  end
  out.words, out.tastes = treat(words, "strategy", "retraining"), treat(tastes, "retraining", "strategy")
  out.season = treat(season, "strategy", "retraining")

  -- Jumps of a fixed and of a drawn size.
  local fixed = drift.new{ name = "law", kind = "sudden", cause = "preference", size = 0.2, chance = 0.1 }
  local drawn = drift.new{ name = "rival", kind = "sudden", cause = "preference", size = p.jump,
    chance = 0.1 }
  local law, rival = drift.start(fixed), drift.start(drawn)
  for month = 1, 12 do
    drift.step(law, fixed, month)
    drift.step(rival, drawn, month)
  end
  out.law, out.rival, out.both = 1.0 - law.loss, 1.0 - rival.loss, drift.left{ law, rival }

  -- The larger loss names the cause: here data in the trials where u is high.
  local a, b = drift.start(words), drift.start(tastes)
  a.loss, b.loss = x.u, 0.5
  local remedy = drift.diagnose("team", 1, { words, tastes }, { a, b }, 0.8)
  out.right = (remedy == "retraining") == (x.u > 0.5)
  out.cost = drift.order(a, words, 1, remedy)
  out.wasted = a.wasted
  return out
end
