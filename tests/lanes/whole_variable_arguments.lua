-- ..., select, table.unpack, string.format and table.concat of what is known.
local function sum(...) local t = 0 for i = 1, select("#", ...) do t = t + (select(i, ...)) end return t end
local function pack2(...) local t = {...} return #t, ... end
return function(x, p)
  local t = {x.a, x.b, 3}
  local n, first = pack2(table.unpack(t))
  return {o1 = sum(x.a, x.b, 3), o2 = sum(table.unpack(t)), n = n, first = first, name = string.format("%s-%d-%.2f", p.name, p.k, p.rate), c = table.concat({"a", "b", p.k}, ", ")}
end
