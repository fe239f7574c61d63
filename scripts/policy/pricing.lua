--- Prices that an engine wants to change: who decides before customers see the new one.
---
---   d.segment           who buys at this price: "retail", "loyalty", "key account"
---   d.essential         true: what people cannot do without (medicine, baby food, water)
---   d.change            the change, as a share of the price: 0.05 is 5 % dearer, -0.05 cheaper
---   d.margin            what is left of the new price after the cost of the product, as a share
---   d.weeks_sold        weeks of sales that the engine has of the product
---   p.least_weeks       weeks; below it nobody knows how buyers respond
---   p.most_rise         share; more than that is over the limit
---   p.most_cut          share, below 0; a deeper cut is over the limit
---   p.least_margin      share; below it a price may be a mistake
-- SPDX-License-Identifier: Apache-2.0

return function(d, p)
  if d.weeks_sold < p.least_weeks then return "collaborate", "too new to know its buyers" end
  if d.essential and d.change > 0 then return "review", "dearer essential" end
  if d.segment == "key account" then return "review", "key segment" end
  if d.change > p.most_rise then return "exception", "rise over the limit" end
  if d.change < p.most_cut then return "exception", "cut over the limit" end
  if d.margin < p.least_margin then return "exception", "margin below the floor" end
  return "auto"
end
