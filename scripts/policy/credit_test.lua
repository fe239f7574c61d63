--- Credit lines: every rule of credit.lua, each limit from both sides, and which rule goes first.
-- SPDX-License-Identifier: Apache-2.0

local usual = { action = "renew", score = 0.12, credit_limit_ntd = 140000, months_late = 0 }

--- The usual decision with other values for some fields.
local function but(changes)
  local d = {}
  for field, value in pairs(usual) do d[field] = value end
  for field, value in pairs(changes) do d[field] = value end
  return d
end

return {
  policy = "../../scenarios/policy_credit.yaml",
  cases = {
    { name = "a line as most are", d = usual, level = "auto" },
    { name = "a refusal, however sure", d = but { action = "refuse", score = 0.94 },
      level = "review", reason = "a refusal is never automatic" },
    { name = "a refusal of a low score", d = but { action = "refuse", score = 0.01 },
      level = "review", reason = "a refusal is never automatic" },
    { name = "a refusal of a large line", d = but { action = "refuse", credit_limit_ntd = 800000 },
      level = "review", reason = "a refusal is never automatic" },
    { name = "close to a refusal", d = but { score = 0.31 },
      level = "exception", reason = "default too likely" },
    { name = "a score at the limit", d = but { score = 0.3 }, level = "auto" },
    { name = "a large line", d = but { credit_limit_ntd = 500000 },
      level = "exception", reason = "large line" },
    { name = "a line at the limit", d = but { credit_limit_ntd = 400000 }, level = "auto" },
    { name = "a large line with a high score", d = but { credit_limit_ntd = 410000, score = 0.45 },
      level = "exception", reason = "large line" },
    { name = "four months late", d = but { months_late = 4, score = 0.45 },
      level = "collaborate", reason = "later than the model has seen" },
    { name = "three months late", d = but { months_late = 3, score = 0.45 },
      level = "exception", reason = "default too likely" },
    { name = "eight months late and to be refused", d = but { months_late = 8, action = "refuse", score = 0.8 },
      level = "collaborate", reason = "later than the model has seen" },
    { name = "a card that was not used", d = but { months_late = -2 }, level = "auto" },
  },
}
