-- What a loop of many turns carries: a text or nil, one of several records, a function, flags, numbers or false.
local function fast(v) return v * 0.5 end
local function slow(v) return v * 0.9 end
return function(x, p)
  local sites = {{name = "north", cost = x.a}, {name = "south", cost = x.s * 2}, {name = "east", cost = 1.25}}
  local why, best, step, found, left = nil, nil, slow, false, 100.0
  local turns, state = 0, {}
  while left > 1 do
    turns = turns + 1
    left = step(left) + draw.uniform(0, 0.2, "noise")
    local site = sites[turns % 3 + 1]
    if best == nil or site.cost < best.cost then best = site end
    if turns > 20 + x.n then step = fast end
    if not found and left < 50 then found = turns end
    if turns % 7 == 0 then state.last = turns > 14 and "late" or nil end
    if turns > 60 then why = "too long" break end
    if left < 2 and x.flag then why = "small" break end
  end
  return {o1 = left, o2 = turns, word = why, o3 = best and best.cost or -1, maybe = found or nil, flag = step == fast,
          r = {u = best and best.name or "none", v = state.last or "never"}}
end
