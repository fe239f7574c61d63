-- Numbers that are whole in some trials: fmod, -, log, tointeger, math.type.
return function(x, p)
  local month = nil
  if x.flag then month = 3 end
  local m = x.flag and x.n or x.a
  return {o1 = math.fmod(x.n, 3), o2 = math.fmod(-x.n - 1, 3), o3 = math.fmod(m, 2), o4 = -m, o5 = math.type(m), o6 = math.log(x.a, x.lvl + 1), o7 = math.atan(x.b), o8 = math.tointeger(m) or -1, o9 = math.deg(x.a), o10 = math.type(month) or "none", o11 = math.fmod(x.n, -4), o12 = math.tointeger(x.lvl) or 7, o13 = math.type(-m)}
end
