-- table.sort by < and by a comparison, of numbers and of records.
return function(x, p)
  local t = {x.a, x.b, x.s, x.lvl, x.n}
  table.sort(t)
  local r = {{v = x.a, n = "a"}, {v = x.b, n = "b"}, {v = x.s, n = "c"}, {v = x.e, n = "d"}}
  table.sort(r, function(l, m) return l.v > m.v end)
  return {list = t, first = r[1].n, last = r[4].v, second = r[2].n}
end
