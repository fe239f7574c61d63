-- Lists whose length varies: sorted, removed from, inserted into.
return function(x, p)
  local t = {}
  for i = 1, 5 do if draw.bernoulli(0.5, "b", i) then t[#t + 1] = x.a * i end end
  local c = #t
  table.sort(t, function(l, m) return l > m end)
  local last = table.remove(t)
  local first = (#t > 0 and table.remove(t, 1) or nil)
  table.insert(t, 1, x.s)
  return {c = c, last = last or -1, first = first or -2, n = #t, t1 = t[1]}
end
