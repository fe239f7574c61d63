-- math.huge and the largest integers as first values.
return function(x, p)
  local low, high = math.huge, math.mininteger
  local best = math.maxinteger
  for i = 1, 4 do
    if x.shock[i] < low then low = x.shock[i] end
    if x.n * i > high then high = x.n * i end
    if x.shock[i] < best then best = x.shock[i] end
  end
  return {low = low, high = high, best = best}
end
