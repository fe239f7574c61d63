-- Texts of numbers that vary, made in one branch or in all, kept in variables and records, and never looked at.
local function explain(x, p)
  if x.a > 0 then return "high", "a is " .. x.a .. ", over " .. 0 end
  if x.b > 0 then return "low", string.format("b is %.2f and c %5.1f: %s", x.b, x.c, "low") end
  return "none", "nothing"
end

return function(x, p)
  local level, reason = explain(x, p)
  local kept = { level = level, why = reason, also = "b " .. x.b }
  if x.c > 0 then
    reason = "c is " .. x.c
    kept.why = reason
    kept.level = kept.level .. "!"
  end
  return { level = kept.level, sum = x.a + x.b }
end
