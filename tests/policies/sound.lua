--- Four rules without a fault, the pattern of the planted ones beside it: what is sensitive is never auto, and
--- neither less confidence nor a larger amount ever loosens.
-- SPDX-License-Identifier: Apache-2.0
return function(d, p)
  if d.confidence < p.confidence_limit then return "collaborate", "not sure" end
  if d.sensitive then return "review", "sensitive" end
  if d.segment == "key" and d.change > p.key_rise then return "review", "key segment" end
  if d.amount > p.amount_limit then return "exception", "over the limit" end
  return "auto"
end
