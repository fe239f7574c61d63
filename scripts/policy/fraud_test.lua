--- Fraud alerts: every rule of fraud.lua, each limit from both sides, and which rule goes first.
-- SPDX-License-Identifier: Apache-2.0

local usual = { action = "hold", segment = "private", score = 0.9, amount = 80, balance = 3000, novel = false }

--- The usual decision with other values for some fields.
local function but(changes)
  local d = {}
  for field, value in pairs(usual) do d[field] = value end
  for field, value in pairs(changes) do d[field] = value end
  return d
end

return {
  policy = "../../scenarios/policy_fraud.yaml",
  cases = {
    { name = "a hold that is sure", d = usual, level = "auto" },
    { name = "a block that is sure", d = but { action = "block" }, level = "auto" },
    { name = "a vip is not blocked unseen", d = but { action = "block", segment = "vip", score = 0.999 },
      level = "review", reason = "high-value account" },
    { name = "a vip's payment may be held", d = but { segment = "vip" }, level = "auto" },
    { name = "a business", d = but { action = "block", segment = "business" }, level = "auto" },
    { name = "a block of a large balance", d = but { action = "block", balance = 25001 },
      level = "exception", reason = "large balance" },
    { name = "a balance at the limit", d = but { action = "block", balance = 25000 }, level = "auto" },
    { name = "a hold of a large balance", d = but { balance = 90000 }, level = "auto" },
    { name = "a large payment", d = but { amount = 1000.01 },
      level = "exception", reason = "over the limit" },
    { name = "a payment at the limit", d = but { amount = 1000 }, level = "auto" },
    { name = "an unsure alert", d = but { score = 0.59 }, level = "exception", reason = "not sure enough" },
    { name = "a score at the limit", d = but { score = 0.6 }, level = "auto" },
    { name = "a new pattern", d = but { novel = true },
      level = "collaborate", reason = "outside what the model has seen" },
    { name = "a new pattern at a vip", d = but { novel = true, action = "block", segment = "vip" },
      level = "collaborate", reason = "outside what the model has seen" },
  },
}
