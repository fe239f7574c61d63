--- The shipped backlog through every formula that has its columns; what is needed has to be in the list.
-- SPDX-License-Identifier: Apache-2.0
local formulas = {}
for _, name in ipairs { "rice", "wsjf", "value_effort", "cost_value", "weighted" } do
  formulas[name] = require("scoring." .. name)
end

local fields = { "reach", "impact", "confidence", "effort", "cost", "value", "trust", "learning",
  "business_value", "time_criticality", "risk_reduction", "job_size" }

return function(_, p)
  local items, row_of, total, answer = p.items, {}, {}, { waiting = 0, without_goal = 0 }
  for row = 1, items.n do
    if row_of[items.name[row]] ~= nil then error("two items are named " .. items.name[row]) end
    row_of[items.name[row]] = row
    for _, field in ipairs(fields) do total[field] = (total[field] or 0) + items[field][row] end
  end
  local settings = {
    total = total, high_value = 150000, high_effort = 6, goals = p.goals, without_goal = 0,
    weights = { value = { weight = 3, ten = 300000 }, trust = 1, learning = 1 },
  }
  for row = 1, items.n do
    local item = { goal = items.goal[row] }
    for _, field in ipairs(fields) do item[field] = items[field][row] end
    for name, formula in pairs(formulas) do
      local score, label = formula(item, settings)
      answer[name] = math.max(answer[name] or score, score)
      if label == "no goal" then answer.without_goal = answer.without_goal + 1 end
    end
    local needed = items.needs[row]
    if needed ~= nil and needed ~= "" then
      answer.waiting = answer.waiting + 1
      if items.needs[row_of[needed]] == items.name[row] then error(needed .. ": each needs the other") end
    end
  end
  return answer
end
