--- ICE as a mean: (impact + confidence + ease) ÷ 3, each in points from 0 to 10; so from 0 to 10.
---
--- Both ways to put the three together are in public use. The mean is the one of Sean Ellis and Morgan
--- Brown, Hacking Growth (2017). ice.lua has the product, in which one low number sinks an item.
---
---   impact      if it works out
---   confidence  that it does
---   ease        10: next to no work
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

return function(item, _)
  local sum = check.number("ice_mean", item, "impact", 0, 10)
    + check.number("ice_mean", item, "confidence", 0, 10) + check.number("ice_mean", item, "ease", 0, 10)
  return sum / 3.0
end
