-- Records made and stepped by a library; a log that grows in some trials.
local M = {}
function M.new(t) return {name = t.name, cash = t.cash or 0, log = {}, last = nil} end
function M.step(s, month, v)
  s.cash = s.cash + v
  if v > 1 then s.log[#s.log + 1] = {month = month, value = v}; s.last = s.log[#s.log] end
  return s
end
return function(x, p)
  local s = M.new{name = "x", cash = x.b}
  for month = 1, 6 do s = M.step(s, month, draw.normal(0.5, 1, "v", month)) end
  local total = 0
  for i, e in ipairs(s.log) do total = total + e.value * i end
  return {cash = s.cash, count = #s.log, total = total, last = s.last and s.last.month or -1}
end
