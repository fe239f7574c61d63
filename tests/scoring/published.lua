--- A published table against a formula: how many printed scores do not follow from it, to the printed
--- place, and how often two rows of one tier stand against their scores.
-- SPDX-License-Identifier: Apache-2.0
local formulas = {}
for _, name in ipairs { "rice", "ice", "ice_mean", "wsjf" } do formulas[name] = require("scoring." .. name) end

return function(_, p)
  local score = formulas[p.formula]
  local items, wrong, inversions = p.items, 0, 0
  local scores = {}
  for row = 1, items.n do
    local item = {}
    for _, field in ipairs(p.fields) do item[field] = items[field][row] end
    scores[row] = score(item, p)
    local shown = math.floor(scores[row] * p.places + 0.5) / p.places
    if math.abs(shown - items.printed[row]) > 1e-9 then wrong = wrong + 1 end
    for before = 1, row - 1 do
      if items.tier[before] == items.tier[row] and scores[before] < scores[row] then inversions = inversions + 1 end
    end
  end
  return { rows = items.n, wrong = wrong, inversions = inversions }
end
