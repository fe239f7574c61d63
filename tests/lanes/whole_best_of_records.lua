-- The best of three records, found by nil-or-record, read and written.
return function(x, p)
  local best = nil
  for _, item in ipairs{{score = x.a, name = "a"}, {score = x.b, name = "b"}, {score = x.s, name = "c"}} do
    if best == nil or item.score > best.score then best = item end
  end
  best.score = best.score * 2
  return {o1 = best.score, o2 = best.name}
end
