--- Adoption month by month against the curves that it is to follow, and with levers.
-- SPDX-License-Identifier: Apache-2.0
local adoption = require "library.adoption"

local function follow(terms, months, each)
  local a = adoption.new(terms)
  local state, shares, cost = adoption.start(a), {}, 0.0
  for month = 1, months do
    cost = cost + adoption.step(state, a, month, each and each(state, month))
    shares[month] = state.share
  end
  return shares, cost, state
end

return function(x, p)
  local zero = x.u - x.u
  local out = {}
  local bass = follow({ name = "bass", model = "bass", innovation = 0.01 + zero, imitation = 0.3,
    ceiling = 1 }, 24)
  local logistic = follow({ name = "logistic", model = "logistic", speed = 0.4, share = 0.02 + zero,
    ceiling = 0.8 }, 24)
  local ramp = follow({ name = "ramp", model = "ramp", months = 10 + zero, ceiling = 0.6 }, 24)
  local still = follow({ name = "still", model = "bass", innovation = 0.0, imitation = 0.3 + zero, ceiling = 1 }, 3)
  out.bass = { m6 = bass[6], m12 = bass[12], m24 = bass[24], peak = adoption.bass_peak(0.01, 0.3 + zero),
    no_peak = adoption.bass_peak(0.3 + zero, 0.01) }
  out.logistic = { m6 = logistic[6], m12 = logistic[12], m24 = logistic[24] }
  out.ramp = { m3 = ramp[3], m10 = ramp[10], m24 = ramp[24], formula = adoption.ramp(3 + zero, 12) }
  out.still = still[3]
  out.closed = { bass = adoption.bass(12 + zero, 0.01, 0.3), logistic = adoption.logistic(12 + zero, 0.3, 10) }

  -- Levers: what they cost, and how they move speed, ceiling and resistance; an upset in month 9.
  local levers = { training = { cost = 5000, speed = 0.2, ceiling = 0.1, resistance = 0.0 },
    listening = { cost = 2000, speed = 0.0, ceiling = 0.0, resistance = 0.2, effort = 0.5 } }
  local terms = { name = "team", model = "bass", innovation = 0.02, imitation = 0.25 + zero, ceiling = 0.7,
    resistance = 0.4, levers = levers }
  local pushed, cost, state = follow(terms, 18, function(s, month)
    if month == 9 then adoption.upset(s, 0.5) end
    return { training = month > 3 and 1.0 or 0.25 }
  end)
  out.pushed = { m6 = pushed[6], m9 = pushed[9], m18 = pushed[18], cost = cost, resistance = state.resistance }

  -- Noise on the first month of a ramp: the logarithm of the speed has mean 0 and this sd.
  local noisy = follow({ name = "noisy", model = "ramp", months = 100, ceiling = 1, noise = 0.5 }, 1)
  out.log_speed = math.log(noisy[1] * 100.0)
  out.log_speed_squared = out.log_speed ^ 2
  local varying = follow({ name = "varying", model = "bass", innovation = 0.01, imitation = 0.4 * x.u,
    ceiling = x.u, resistance = 0.5 * x.u, noise = 0.2,
    levers = { communication = { cost = 10 }, champions = { cost = 20 }, listening = { cost = 5 } } }, 24,
    function(_, month) return month % 2 == 0 and { champions = x.u } or {} end)
  out.varying = varying
  return out
end
