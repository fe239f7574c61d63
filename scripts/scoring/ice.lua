--- ICE as a product: impact × confidence × ease, each in points from 0 to 10; so from 0 to 1,000.
---
--- Both ways to put the three together are in public use. The product lets one low number sink an
--- item: Itamar Gilad, Evidence Guided (2023). ice_mean.lua has the mean, which does not.
---
---   impact      if it works out
---   confidence  that it does
---   ease        10: next to no work
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

return function(item, _)
  return check.number("ice", item, "impact", 0, 10) * check.number("ice", item, "confidence", 0, 10)
    * check.number("ice", item, "ease", 0, 10)
end
