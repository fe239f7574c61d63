--- Product texts: every rule of content.lua, each limit from both sides, and which rule goes first.
-- SPDX-License-Identifier: Apache-2.0

local usual = { category = "home", novel = false, claim = false, reach = 4000, confidence = 0.92 }

--- The usual decision with other values for some fields.
local function but(changes)
  local d = {}
  for field, value in pairs(usual) do d[field] = value end
  for field, value in pairs(changes) do d[field] = value end
  return d
end

return {
  policy = "../../scenarios/policy_content.yaml",
  cases = {
    { name = "a plain text", d = usual, level = "auto" },
    { name = "health", d = but { category = "health" }, level = "review", reason = "sensitive category" },
    { name = "children", d = but { category = "children", confidence = 1.0 },
      level = "review", reason = "sensitive category" },
    { name = "alcohol", d = but { category = "alcohol", reach = 1 },
      level = "review", reason = "sensitive category" },
    { name = "food is not among them", d = but { category = "food" }, level = "auto" },
    { name = "a claim", d = but { claim = true, confidence = 0.99 },
      level = "review", reason = "makes a claim" },
    { name = "a campaign", d = but { reach = 50001 }, level = "exception", reason = "high-stakes campaign" },
    { name = "reach at the limit", d = but { reach = 50000 }, level = "auto" },
    { name = "a doubtful text", d = but { confidence = 0.74 },
      level = "exception", reason = "checker not sure" },
    { name = "confidence at the limit", d = but { confidence = 0.75 }, level = "auto" },
    { name = "a sensitive campaign that is doubtful", d = but { category = "health", reach = 90000, confidence = 0.3 },
      level = "review", reason = "sensitive category" },
    { name = "the first of its kind", d = but { novel = true },
      level = "collaborate", reason = "first of its kind" },
    { name = "the first of its kind, with a claim", d = but { novel = true, claim = true, category = "children" },
      level = "collaborate", reason = "first of its kind" },
  },
}
