-- pairs over fields that are nil in some trials.
return function(x, p)
  local n = 0
  local f = {a = x.a, b = nil, c = x.b}
  if x.flag then f.b = x.s end
  if x.a > 2 then f.a = nil end
  local s, names = 0, ""
  for k, v in pairs(f) do s = s + v; n = n + 1; if k == "b" then n = n + 10 end end
  return {s = s, n = n}
end
