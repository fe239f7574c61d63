--- What measures are, and when and how exactly they are seen.
-- SPDX-License-Identifier: Apache-2.0
local kpi = require "library.kpi"

return function(x, p)
  local zero = x.u - x.u
  local out = {
    conversion = kpi.conversion(221 + zero, 10000), order_value = kpi.order_value(9000 + zero, 200),
    click_through = kpi.click_through(30 + zero, 1000), deflection = kpi.deflection(700 + zero, 1000),
    retention = kpi.retention(950 + zero, 40, 1000), acquisition_cost = kpi.acquisition_cost(50000 + zero, 400),
    lifetime_value = kpi.lifetime_value(10 + zero, 0.9, 0.01),
  }
  local exact = kpi.new{ name = "exact", kind = "lagging", lag = 2, window = 3 }
  local value = kpi.new{ name = "order value", kind = "leading", noise = 2 }
  local share = kpi.new{ name = "retention", kind = "lagging", lag = 1, window = 4, sample = 50 }
  local states = { kpi.start(exact), kpi.start(value), kpi.start(share) }
  local nothing_yet = 0
  for month = 1, 8 do
    local seen = kpi.step(states[1], exact, month, month * month + zero)
    if not seen then nothing_yet = nothing_yet + 1 end
    local seen_value = kpi.step(states[2], value, month, 45.0)
    kpi.step(states[3], share, month, x.u)
    if month == 3 then out.first, out.first_value = seen, seen_value - 45.0 end
  end
  out.nothing_yet, out.last = nothing_yet, states[1].shown
  out.value_squared = (states[2].shown - 45.0) ^ 2
  out.share = states[3].shown - x.u
  out.share_squared = out.share ^ 2 / (x.u * (1.0 - x.u))
  return out
end
