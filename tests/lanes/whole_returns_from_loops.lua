-- Results that come from inside a loop, closures called in it, fields and draws that it makes first.
local function steps(n)
  local count = 0
  while true do
    if n <= 1.5 then return count, n end
    if count > 70 then return -1 end
    n = n * 0.9 + draw.uniform(-0.1, 0.1, "noise")
    count = count + 1
  end
end
return function(x, p)
  local a, last = steps(x.a * 100)
  local state, k, calls = {}, 0, 0
  repeat
    k = k + 1
    local u = draw.uniform(0, 1, "u", k)
    if u > 0.9 then state.high = (state.high or 0) + 1 end
    state.last = u
    local function skip() k = k + 1 calls = calls + 1 end
    if u < 0.1 then skip() end
    if k > 500 then error("too long") end
  until k > 70 + x.n * 5
  while k > 0 do
    if k * x.s < 3 then return { o1 = a, o2 = last or 0, maybe = state.high, o3 = state.last, o4 = k, flag = true } end
    k = k - 1
  end
  return { o1 = a, o2 = calls, maybe = state.high, o3 = state.last }
end
