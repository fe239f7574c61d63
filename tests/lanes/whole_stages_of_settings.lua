-- Stages of the settings by varying index, read behind the last one.
return function(x, p)
  local at, moved, last = 0, 0, nil
  for month = 1, 12 do
    local nxt = p.plan[at + 1]
    if nxt and month >= nxt.month and draw.bernoulli(0.6, "gate " .. nxt.name, month) then at = at + 1; moved = month; last = nxt end
  end
  local now = p.plan[at]
  local rate = p.list[x.n] or 0.125
  local lag = p.list[x.n - x.m] or p.list[1 + x.n % 4]
  return {at = at, moved = moved, share = now and now.share or 0, last = last and last.name or "none", rate = rate, lag = lag}
end
