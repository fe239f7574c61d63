-- Loops that trials leave at different times, by a condition, a break, goto and from inside other loops.
local function collatz(n)
  local turns = 0
  while n ~= 1 do
    if n % 2 == 0 then n = n // 2 else n = 3 * n + 1 end
    turns = turns + 1
  end
  return turns
end
return function(x, p)
  local stock, days, late = 100.0, 0, nil
  while stock > 0 do
    days = days + 1
    stock = stock - draw.exponential(2.0, "demand") * x.a
    if days > 90 then late = days break end
    if draw.bernoulli(0.1, "refill") then stock = stock + 5 end
  end
  local total, peak = 0, nil
  for i = 1, 10 + x.n do
    local j = 0
    while j < i do
      j = j + 1
      if (i + j) % 7 == 0 then goto continue end
      total = total + i * j
      ::continue::
    end
    if not peak or total % 97 > peak then peak = total % 97 end
  end
  local sum, other = 0.0, 1
  for t = x.s, x.a * 40, 0.5 do sum, other = other + t * 0.5, sum * 0.5 end
  return { o1 = stock, o2 = days, maybe = late, o3 = total + (peak or 0), o4 = collatz(x.n + 27), r = { u = sum, v = other } }
end
