-- Lists that a loop of many turns makes longer, walks, reads and writes at an index that varies.
local function mean(list)
  local sum = 0.0
  for _, value in ipairs(list) do sum = sum + value end
  return #list > 0 and sum / #list or 0.0
end
return function(x, p)
  local queue, waits, head, t = {}, {}, 1, 0.0
  while t < 60 + x.n do
    t = t + draw.exponential(1.0, "gap")
    queue[#queue + 1] = t
    if draw.bernoulli(0.55, "served") and queue[head] then
      table.insert(waits, t - queue[head])
      head = head + 1
    end
  end
  local counts, i, even = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, {}
  while i < 70 + x.n do
    i = i + 1
    local bin = math.floor(draw.uniform(0, 10, "bin")) + 1
    counts[bin] = counts[bin] + 1
    if counts[bin] % 2 == 0 then even[#even + 1] = i end
  end
  local most = 0
  for k = 1, #even do if even[k] % 11 > most then most = even[k] % 11 end end
  local short = {}
  for k = 1, x.n do short[k] = k * x.s end
  return { o1 = mean(waits), o2 = #queue - head + 1, o3 = counts[1] * 100 + counts[10], o4 = most, list = short }
end
