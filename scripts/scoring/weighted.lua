--- Weighted scoring with strategic goals: the weighted mean of the criteria, times what the goal weighs.
---
---   p.weights       what counts, and how much: {cash: {weight: 3, ten: 250000}, trust: 2, learning: 1}.
---                   A criterion is a field of the items in points from 0 to 10; with `ten` it is an
---                   amount, of which so much is worth 10 points. What brings no cash (trust, learning,
---                   less waste) is a criterion like any other
---   p.goals         goals by name, SMART ones: {metric, target, deadline, weight (1)}; {} for none
---   p.without_goal  what an item without a goal weighs: 0 where a goal is required, else 1
---   item.goal       the name of one of p.goals, or nothing
--- The second result is the goal. Sources: Ralph Keeney and Howard Raiffa, Decisions with Multiple
--- Objectives (1976), chapter 3, for the sum; George Doran, "There's a S.M.A.R.T. way to write
--- management's goals and objectives", Management Review 70 (11), 1981, pages 35–36.
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

--- What the item's goal weighs. What makes a goal SMART has to be there.
local function goal_weight(goal, name)
  if goal == nil then error("weighted: p.goals has no goal \"" .. tostring(name) .. "\"", 0) end
  local what = "weighted: goal \"" .. name .. "\""
  for _, part in ipairs { "metric", "target", "deadline" } do
    if goal[part] == nil then error(what .. " has no " .. part, 0) end
  end
  return check.number(what, goal, "weight", 0, math.huge, 1.0)
end

--- The points of one criterion: as they stand, or of an amount.
local function points_of(item, name, criterion)
  if criterion.ten == nil then return check.number("weighted", item, name, 0, 10) end
  local ten = check.positive("weighted: " .. name, criterion, "ten")
  return math.min(check.number("weighted", item, name, 0, math.huge) / ten, 1.0) * 10.0
end

return function(item, p)
  local sum, weights, has_goal = 0.0, 0.0, item.goal ~= nil and item.goal ~= ""
  for name, criterion in pairs(p.weights) do
    if type(criterion) ~= "table" then criterion = { weight = criterion } end
    local weight = check.positive("weighted: " .. name, criterion, "weight")
    sum, weights = sum + weight * points_of(item, name, criterion), weights + weight
  end
  if not has_goal then return sum / weights * p.without_goal, "no goal" end
  return sum / weights * goal_weight(p.goals[item.goal], item.goal), item.goal
end
