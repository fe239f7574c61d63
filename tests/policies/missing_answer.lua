--- Planted: a path that ends without an answer, for the segment "staff", which no branch names.
-- SPDX-License-Identifier: Apache-2.0
return function(d, p)
  if d.confidence < p.confidence_limit then return "collaborate", "not sure" end
  if d.sensitive or d.amount > p.amount_limit then return "review", "sensitive or large" end
  if d.segment == "key" then
    return "review", "key segment"
  elseif d.segment == "loyalty" or d.segment == "retail" then
    return "auto"
  end
end
