--- Cost and value: an item's share of all value ÷ its share of all cost; 1 is average worth for money.
---
---   item.value, item.cost    in any units: money, points, percentages of a pairwise comparison
---   p.total.value, .cost     sums of the items' estimates as they stand in the list
--- The second result is the band in the diagram of the source: high above 2, low below 0.5.
--- Source: Joachim Karlsson and Kevin Ryan, "A cost-value approach for prioritizing requirements",
--- IEEE Software 14 (5), 1997, pages 67–74.
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

return function(item, p)
  local value = check.number("cost_value", item, "value", 0, math.huge)
  local cost = check.positive("cost_value", item, "cost")
  local all_value = check.positive("cost_value", p.total, "value")
  local all_cost = check.positive("cost_value", p.total, "cost")
  local ratio = value * all_cost / (cost * all_value) -- rounds less than the two shares would
  if ratio > 2.0 then return ratio, "high" end
  if ratio < 0.5 then return ratio, "low" end
  return ratio, "medium"
end
