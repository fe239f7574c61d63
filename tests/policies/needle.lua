--- Planted: what is sensitive is auto where the amount is the limit to the last digit, because the two rules
--- on it leave out the limit itself. Drawn decisions never meet it.
-- SPDX-License-Identifier: Apache-2.0
return function(d, p)
  if d.confidence < p.confidence_limit then return "collaborate", "not sure" end
  if d.sensitive and d.amount < p.amount_limit then return "review", "sensitive" end
  if d.segment == "key" and d.change > p.key_rise then return "review", "key segment" end
  if d.amount > p.amount_limit then return "exception", "over the limit" end
  return "auto"
end
