--- Strategic suggestions: every rule of strategy.lua, each limit from both sides, and which rule goes first.
-- SPDX-License-Identifier: Apache-2.0

local usual = { type = "campaign", precedent = true, cost = 4000, weeks_to_undo = 2, confidence = 0.85 }

--- The usual decision with other values for some fields.
local function but(changes)
  local d = {}
  for field, value in pairs(usual) do d[field] = value end
  for field, value in pairs(changes) do d[field] = value end
  return d
end

return {
  policy = "../../scenarios/policy_strategy.yaml",
  cases = {
    { name = "a small campaign", d = usual, level = "auto" },
    { name = "stock", d = but { type = "stock" }, level = "auto" },
    { name = "an assortment", d = but { type = "assortment" }, level = "auto" },
    { name = "a supplier", d = but { type = "supplier" }, level = "auto" },
    { name = "staffing, however small and sure", d = but { type = "staffing", cost = 1, confidence = 1.0 },
      level = "review", reason = "never delegated" },
    { name = "brand", d = but { type = "brand" }, level = "review", reason = "never delegated" },
    { name = "data sharing", d = but { type = "data sharing" },
      level = "review", reason = "never delegated" },
    { name = "a known market", d = but { type = "market entry" },
      level = "review", reason = "never delegated" },
    { name = "a new market", d = but { type = "market entry", precedent = false },
      level = "collaborate", reason = "without precedent" },
    { name = "a type that nobody thought of", d = but { type = "lobbying" },
      level = "review", reason = "never delegated" },
    { name = "a dear campaign", d = but { cost = 20001 }, level = "exception", reason = "costs too much" },
    { name = "cost at the limit", d = but { cost = 20000 }, level = "auto" },
    { name = "hard to undo", d = but { weeks_to_undo = 8.1 }, level = "exception", reason = "hard to undo" },
    { name = "weeks at the limit", d = but { weeks_to_undo = 8 }, level = "auto" },
    { name = "unsure", d = but { confidence = 0.69 }, level = "exception", reason = "not sure enough" },
    { name = "confidence at the limit", d = but { confidence = 0.7 }, level = "auto" },
    { name = "a campaign unlike any other", d = but { precedent = false },
      level = "collaborate", reason = "without precedent" },
  },
}
