-- Orders on their way that are removed where they arrive, sites found by a function.
local function argmin(list, key)
  local best, at = nil, nil
  for i, v in ipairs(list) do
    local k = key(v)
    if best == nil or k < best then best, at = k, i end
  end
  return at, best
end
return function(x, p)
  local sites = {{name = "north", stock = x.a * 10, lead = 2}, {name = "south", stock = x.m, lead = 1}, {name = "east", stock = 5, lead = x.n}}
  local orders, lost, served = {}, 0, {north = 0, south = 0, east = 0}
  for month = 1, 5 do
    local at = argmin(sites, function(s) return s.stock end)
    local s = sites[at]
    orders[#orders + 1] = {site = s, due = month + s.lead, amount = 6}
    local i = 1
    while i <= #orders do
      local o = orders[i]
      if o.due <= month then o.site.stock = o.site.stock + o.amount; table.remove(orders, i) else i = i + 1 end
      if i > 6 then break end
    end
    for _, site in ipairs(sites) do
      local need = draw.poisson(2.5, "need " .. site.name, month)
      local sold = math.min(need, site.stock)
      site.stock = site.stock - sold
      served[site.name] = served[site.name] + sold
      lost = lost + need - sold
    end
  end
  return {lost = lost, served = served, open = #orders, last = orders[1] and orders[1].site.name or "none"}
end
