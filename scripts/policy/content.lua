--- Texts about products that a model writes: who sees one before customers do.
---
---   d.category          "fashion", "home", "electronics", "food", "health", "children", "alcohol"
---   d.novel             true: the first of a new template, language or product line
---   d.claim             true: says what the product does for health, safety, climate or the purse
---   d.reach             people who will be shown it
---   d.confidence        how sure the model that checks it is that it is right, from 0 to 1
---   p.reach_limit       people; above it a text is a campaign
---   p.confidence_limit  surer than this, or a person looks
--- Sensitive categories stand here and not among the settings: taking one off the list is a change of
--- policy, to be read and approved as such.
-- SPDX-License-Identifier: Apache-2.0

local function is_sensitive(category)
  return category == "health" or category == "children" or category == "alcohol"
end

return function(d, p)
  if d.novel then return "collaborate", "first of its kind" end
  if is_sensitive(d.category) then return "review", "sensitive category" end
  if d.claim then return "review", "makes a claim" end
  if d.reach > p.reach_limit then return "exception", "high-stakes campaign" end
  if d.confidence < p.confidence_limit then return "exception", "checker not sure" end
  return "auto"
end
