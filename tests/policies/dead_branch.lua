--- Planted: two branches that no decision reaches. "very large" stands behind a rule that takes all it would
--- take (p.large_limit is above p.amount_limit); "mixed up" contradicts itself.
-- SPDX-License-Identifier: Apache-2.0
return function(d, p)
  if d.confidence < p.confidence_limit then return "collaborate", "not sure" end
  if d.sensitive then return "review", "sensitive" end
  if d.change > p.key_rise and d.change < 0 then return "review", "mixed up" end
  if d.amount > p.amount_limit then return "exception", "over the limit" end
  if d.amount > p.large_limit then return "review", "very large" end
  return "auto"
end
