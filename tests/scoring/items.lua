--- Every formula on one item whose fields are this trial's inputs, all of them drawn.
-- SPDX-License-Identifier: Apache-2.0
local formulas = {}
for _, name in ipairs { "rice", "ice", "ice_mean", "wsjf", "value_effort", "cost_value", "weighted" } do
  formulas[name] = require("scoring." .. name)
end

return function(x, p)
  local item = {
    reach = x.reach, impact = x.impact, confidence = x.confidence, effort = x.effort, ease = x.impact * 3.0,
    business_value = x.impact, time_criticality = 3, risk_reduction = x.confidence, job_size = x.effort,
    value = x.value, cost = x.effort * 10.0, trust = x.impact, goal = p.goal,
  }
  local answer = {}
  for name, formula in pairs(formulas) do
    local score, label = formula(item, p)
    answer[name], answer[name .. "_label"] = score, label
  end
  return answer
end
