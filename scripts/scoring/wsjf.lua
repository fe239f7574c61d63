--- WSJF, weighted shortest job first: what a delay costs ÷ how long the job takes.
---
--- Among jobs that one team does one after the other, this order makes the cost of all delays least:
--- Donald Reinertsen, The Principles of Product Development Flow (2009). There the cost of delay is money
--- a week; where nobody knows it, three estimates in points stand for it, as in the Scaled Agile Framework
--- (scaledagileframework.com, "WSJF").
---
---   business_value    to users and business, points (often 1, 2, 3, 5, 8, 13, 20)
---   time_criticality  what is lost by waiting, points
---   risk_reduction    risks that it lowers, chances that it opens, points
---   job_size          how long it takes, points or weeks
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

return function(item, _)
  local cost_of_delay = check.number("wsjf", item, "business_value", 0, math.huge)
    + check.number("wsjf", item, "time_criticality", 0, math.huge)
    + check.number("wsjf", item, "risk_reduction", 0, math.huge)
  return cost_of_delay / check.positive("wsjf", item, "job_size")
end
