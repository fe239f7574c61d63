--- Price changes: every rule of pricing.lua, each limit from both sides, and which rule goes first.
-- SPDX-License-Identifier: Apache-2.0

local usual = { segment = "retail", essential = false, change = 0.03, margin = 0.35, weeks_sold = 60 }

--- The usual decision with other values for some fields.
local function but(changes)
  local d = {}
  for field, value in pairs(usual) do d[field] = value end
  for field, value in pairs(changes) do d[field] = value end
  return d
end

return {
  policy = "../../scenarios/policy_pricing.yaml",
  cases = {
    { name = "a small rise", d = usual, level = "auto" },
    { name = "a small cut", d = but { change = -0.03 }, level = "auto" },
    { name = "a loyal customer", d = but { segment = "loyalty" }, level = "auto" },
    { name = "a key account", d = but { segment = "key account", change = 0.001 },
      level = "review", reason = "key segment" },
    { name = "a dearer essential", d = but { essential = true, change = 0.001 },
      level = "review", reason = "dearer essential" },
    { name = "a cheaper essential", d = but { essential = true, change = -0.05 }, level = "auto" },
    { name = "an essential that stays as it is", d = but { essential = true, change = 0 }, level = "auto" },
    { name = "a much cheaper essential", d = but { essential = true, change = -0.2 },
      level = "exception", reason = "cut over the limit" },
    { name = "a rise over the limit", d = but { change = 0.11 },
      level = "exception", reason = "rise over the limit" },
    { name = "a rise at the limit", d = but { change = 0.10 }, level = "auto" },
    { name = "a cut over the limit", d = but { change = -0.13 },
      level = "exception", reason = "cut over the limit" },
    { name = "a cut at the limit", d = but { change = -0.12 }, level = "auto" },
    { name = "a thin margin", d = but { margin = 0.11 },
      level = "exception", reason = "margin below the floor" },
    { name = "a margin at the floor", d = but { margin = 0.12 }, level = "auto" },
    { name = "below cost", d = but { margin = -0.05 },
      level = "exception", reason = "margin below the floor" },
    { name = "a new product", d = but { weeks_sold = 7.9, segment = "key account" },
      level = "collaborate", reason = "too new to know its buyers" },
    { name = "a product just old enough", d = but { weeks_sold = 8 }, level = "auto" },
  },
}
