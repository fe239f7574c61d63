--- One trial: an assistant that costs money to set up and then saves time, month by month.
-- SPDX-License-Identifier: Apache-2.0
local finance = require "library.finance"

return function(x, p)
  local cash = {}
  for month = 1, p.months do
    local in_use = math.min(month / p.months_to_learn, 1.0)
    cash[month] = in_use * x.saving - p.licence
    if draw.bernoulli(0.03, "outage", month) then cash[month] = cash[month] - x.outage_cost end
  end
  cash[1] = cash[1] - p.setup
  return { npv = finance.npv(0.08, cash), payback = finance.payback(cash) }
end
