--- A register of risks and nothing else.
-- SPDX-License-Identifier: Apache-2.0
local risk = require "library.risk"

return function(x, p)
  local register = risk.new { risks = p.risks, months = p.months, mitigate = p.mitigate }
  for month = 1, p.months do risk.step(register, month, p.exposure) end
  return {
    risk = register.amount, inherent = register.inherent, residual = register.residual,
    happened = register.happened, total = register.total, spent = register.mitigation_cost, by_name = register.spent,
    owner = risk.by_owner(register), both = register.total >= 100.0, churned = register.happened.churn > 0,
  }
end
