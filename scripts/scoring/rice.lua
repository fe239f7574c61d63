--- RICE: reach × impact × confidence ÷ effort, in people helped so much per person-month.
---
---   reach       people (or cases) that it touches in a period, the same for all items
---   impact      on each of them: 3 massive, 2 high, 1 medium, 0.5 low, 0.25 minimal
---   confidence  in these three numbers, as a share: 1 high, 0.8 medium, 0.5 low
---   effort      person-months of everybody together
--- Source: Sean McBride, "RICE: Simple prioritization for product managers", Intercom's blog.
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

return function(item, _)
  local reach = check.number("rice", item, "reach", 0, math.huge)
  local impact = check.number("rice", item, "impact", 0, math.huge)
  local confidence = check.number("rice", item, "confidence", 0, 1)
  return reach * impact * confidence / check.positive("rice", item, "effort")
end
