-- Arguments checked by type, parts collected where they are there.
local function check(v, name) if type(v) ~= "number" then error(name .. " must be a number, got " .. type(v)) end return v end
return function(x, p)
  local spec = {a = x.a, b = x.flag and x.b or nil}
  local total = check(spec.a, "a") + (spec.b and check(spec.b, "b") or 0)
  local parts = {}
  for _, name in ipairs{"a", "b", "c"} do
    local v = spec[name]
    if v ~= nil then parts[#parts + 1] = {name = name, v = v} end
  end
  local best = parts[1]
  for i = 2, #parts do if parts[i].v > best.v then best = parts[i] end end
  local sum = 0
  for i = #parts, 1, -1 do sum = sum + parts[i].v / i end
  return {total = total, best = best.name, n = #parts, sum = sum}
end
