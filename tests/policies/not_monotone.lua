--- Planted: a larger amount loosens. The rule on amounts ends at p.large_limit, and nothing comes after it, so
--- the largest are auto.
-- SPDX-License-Identifier: Apache-2.0
return function(d, p)
  if d.confidence < p.confidence_limit then return "collaborate", "not sure" end
  if d.sensitive then return "review", "sensitive" end
  if d.amount > p.amount_limit and d.amount <= p.large_limit then return "exception", "over the limit" end
  return "auto"
end
