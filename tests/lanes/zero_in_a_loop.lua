-- A whole number that a loop of no turns leaves whole, times 0; elsewhere it is a float.
return function(x, p)
  local v, w = -3, math.floor(math.min(0.5, x.s))
  for _ = 1, x.n % 4 do v = v * 0.5 + x.s end
  return {o1 = (x.kind ~= "large") and (v + v) or (v * w), list = {v, v * w, v + w}}
end
