--- The loop of two causes under a review that misses nothing, with the diagnosis right or wrong.
-- SPDX-License-Identifier: Apache-2.0
local upkeep = require "library.upkeep"

return function(x, p)
  local zero = x.u - x.u
  local bot = upkeep.new { name = "bot", review = p.review, diagnosis = p.diagnosis, drifts = {
    { name = "words", kind = "gradual", cause = "data", size = 0.02 + zero,
      remedies = { retraining = { cost = 40, months = 2, mends = 0.5 } } },
    { name = "tastes", kind = "gradual", cause = "preference", size = 0.015 + zero,
      remedies = { strategy = { cost = 60, months = 3, mends = 0.6 } } },
  } }
  local left = {}
  for month = 1, 12 do
    upkeep.step(bot, month)
    left["m" .. month] = bot.left
  end
  return { left = left, cost = bot.cost, alarms = bot.watch.alarms }
end
