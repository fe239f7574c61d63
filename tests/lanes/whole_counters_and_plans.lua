-- Records of functions with a state of their own, switched in some trials; a plan of two lengths.
local function counter(start, by) local n = start return {add = function() n = n + by; return n end, get = function() return n end} end
return function(x, p)
  local slow, fast = counter(0, 1), counter(10, x.a)
  local c = x.flag and slow or fast
  for m = 1, 5 do
    if draw.bernoulli(0.3, "switch", m) then c = c == slow and fast or slow end
    c.add()
  end
  local plan = x.s < 0.3 and {{share = 0.5, n = 1}, {share = 0.75, n = 2}} or {{share = 1.0, name = "all", month = 1}}
  local share, n = 0, 0
  for i, stage in ipairs(plan) do share = share + stage.share * i; n = i end
  for k, v in pairs(plan[1]) do if k == "share" then share = share + v end end
  return {slow = slow.get(), fast = fast.get(), same = c == fast, share = share, n = n, len = #plan}
end
