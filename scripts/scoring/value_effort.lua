--- Value against effort: value ÷ effort, and the quadrant that the item stands in.
---
---                   effort below high_effort   effort of high_effort or more
---   much value      quick win                  big project
---   little value    fill-in                    time sink
---
---   item.value, item.effort  in any units, the same for all items; effort above 0
---   p.high_value             from here on a value is much
---   p.high_effort            from here on an effort is high
--- The score orders; the quadrant is for talking about it. Source: the impact and effort matrix of Dave
--- Gray, Sunni Brown and James Macanufo, Gamestorming (2010).
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

return function(item, p)
  local value = check.number("value_effort", item, "value", -math.huge, math.huge)
  local effort = check.positive("value_effort", item, "effort")
  local is_much = value >= check.number("value_effort", p, "high_value", -math.huge, math.huge)
  local is_hard = effort >= check.positive("value_effort", p, "high_effort")
  local quadrant = "fill-in"
  if is_much and is_hard then quadrant = "big project"
  elseif is_much then quadrant = "quick win"
  elseif is_hard then quadrant = "time sink" end
  return value / effort, quadrant
end
