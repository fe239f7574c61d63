-- Texts of numbers that vary, and are looked at: compared, tested, measured, joined once more, a key, part of a draw's name.
return function(x, p)
  local text = "a is " .. x.a
  local count = 0
  if text == "a is 0.5" then count = count + 1 end
  if not text then count = count + 2 end
  if text ~= nil then count = count + 4 end
  if x.b > 0 then
    local keys = { [string.format("%.1f", x.b)] = 8 }
    count = count + (keys["1.0"] or 0) + #text
  end
  local all = x.c > 0 and text .. "!" or "none"
  return { count = count, all = all, same = text == all, kind = type(text) }
end
