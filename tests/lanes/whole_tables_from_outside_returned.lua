-- A list of the settings and a record of the file as outputs.
local known = {u = 1, v = 2.5}
return function(x, p)
  if x.flag then return {list = p.list, r = known, o1 = x.n} end
  return {list = {x.a}, r = {u = x.s}, o1 = -x.n}
end
