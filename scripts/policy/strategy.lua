--- What an AI suggests that the company should do: who decides before it is done.
---
---   d.type              what it is about: "assortment", "campaign", "stock", "supplier", "market entry",
---                       "staffing", "brand", "data sharing"
---   d.precedent         true: the company has done the like before
---   d.cost              EUR that it commits
---   d.weeks_to_undo     weeks until things could be as before
---   d.confidence        how sure the AI is that it pays, from 0 to 1
---   p.delegated         the types that may be decided without a person, as {campaign: true}. A type that is
---                       not there is never delegated, nor is one that nobody thought of
---   p.cost_limit        EUR
---   p.undo_limit        weeks
---   p.confidence_limit  surer than this, or a person looks
-- SPDX-License-Identifier: Apache-2.0

return function(d, p)
  if not d.precedent then return "collaborate", "without precedent" end
  if not p.delegated[d.type] then return "review", "never delegated" end
  if d.cost > p.cost_limit then return "exception", "costs too much" end
  if d.weeks_to_undo > p.undo_limit then return "exception", "hard to undo" end
  if d.confidence < p.confidence_limit then return "exception", "not sure enough" end
  return "auto"
end
