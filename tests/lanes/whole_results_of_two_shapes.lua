-- Results of different shape by branch.
return function(x, p)
  if x.flag then return {a = x.a, parts = {u = 1, v = x.b}} end
  local list = {}
  for i = 1, x.n do if i > 5 then break end list[i] = i * x.a end
  local r = x.b > 0 and {u = x.a} or {v = x.b, w = "neg"}
  return {b = x.b, list = list, r = r}
end
