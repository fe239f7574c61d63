-- Texts that vary as keys, joined, in capitals, and their length.
return function(x, p)
  local t = {small = 1, large = 2.5, huge = x.a}
  local counts = {}
  counts[x.kind] = (counts[x.kind] or 0) + 1
  local key = x.flag and "u" or "v"
  local r = {u = x.a, v = x.b}
  r[key] = r[key] + 1
  return {o1 = t[x.kind], o2 = counts.small or 0, o3 = counts.huge or 0, o4 = r.u, o5 = r.v, o6 = ("k " .. x.kind):upper(), o7 = #x.kind}
end
