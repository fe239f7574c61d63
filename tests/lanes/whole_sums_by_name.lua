-- A table that is filled by names that vary.
return function(x, p)
  local acc = {}
  local function add(name, v) acc[name] = (acc[name] or 0) + v end
  add("build", x.a); add(x.kind, x.b); add(x.flag and "build" or "run", 2)
  local total = 0
  for name, v in pairs(acc) do total = total + v * #name end
  return {total = total, build = acc.build, run = acc.run or 0, large = acc.large or 0}
end
