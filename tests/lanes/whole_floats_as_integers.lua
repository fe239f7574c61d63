-- Floats that are whole, in bitwise operators.
return function(x, p)
  local d = x.n / 1.0
  local y = (x.n * 2.0) // 1 | 0
  local z = math.floor(x.a * 10) & 7
  return {d = d, y = y, z = z, max = math.max(x.n, x.a), min = math.min(3, x.a, x.n), f = x.a // 1, i = math.floor(x.a) // 2}
end
