-- Several results that may be nil, remedies and handlers by name.
local function diagnose(x)
  if x.b > 2 then return "data", 3 end
  if x.b < -2 then return "preference" end
  return nil, nil
end
local remedies = {data = {name = "retrain", cost = 5}, preference = {name = "strategy", cost = 9}}
return function(x, p)
  local kind, weight = diagnose(x)
  local chosen = kind and remedies[kind] or {name = "none", cost = 0}
  local cost = (kind ~= nil and chosen.cost or 0) * (weight or 1)
  local level = x.s < 0.2 and "auto" or x.s < 0.5 and "review" or "exception"
  local hours = ({auto = 0, review = 0.5, exception = 2})[level]
  local handler = ({auto = function() return 0 end, review = function(v) return v end, exception = math.sqrt})[level]
  return {cost = cost, name = chosen.name, level = level, hours = hours, h = handler(x.a)}
end
