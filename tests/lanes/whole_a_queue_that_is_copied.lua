-- A queue that is filtered month by month, by reference to its records.
return function(x, p)
  local q = {}
  for m = 1, 6 do
    if draw.bernoulli(0.6, "in", m) then q[#q + 1] = {born = m, left = x.m} end
    local kept = {}
    for _, job in ipairs(q) do
      job.left = job.left - 2 - m
      if job.left > 0 then kept[#kept + 1] = job end
    end
    q = kept
  end
  local age = 0
  for _, job in ipairs(q) do age = age + 7 - job.born end
  return {n = #q, age = age}
end
