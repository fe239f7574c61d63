-- A text as output, a setting as output, and an input that is computed from a whole one.
return function(x, p)
  local none = nil
  local known, varying = (none == nil) and "low" or "high", x.flag and "low" or "high"
  return {o1 = p.k, o2 = p.rate, o3 = x.e, word = varying, maybe = none, flag = known == varying}
end
