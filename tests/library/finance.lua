--- Known values of finance, and its rates of return on lists that have none, one and several.
-- SPDX-License-Identifier: Apache-2.0
local finance = require "library.finance"

-- Whole amounts that a short formula gives, so that another program can make the same ones.
local function list_of(case, zero)
  local cash = {}
  for month = 1, 6 + case % 7 do cash[month] = (month * month * 7 + case * 13) % 41 - 20.0 + zero end
  return cash
end

return function(x, p)
  local zero = x.u - x.u
  local out = { rate = {}, count = {}, most = {} }
  for case = p.first, p.first + 5 do
    local rates, most = finance.irr(list_of(case, zero), -15.0)
    local name = "case" .. case - p.first + 1
    out.count[name], out.most[name] = #rates, most
    out.rate[name] = { lowest = rates[1] or -1.0, highest = rates[#rates] or -1.0 }
  end

  local rates, most = finance.irr({ 10000 + zero, -10000 }, -1600)
  out.classic = { lowest = rates[1], highest = rates[2], count = #rates, most = most }
  local none, bound = finance.irr({ 100.0 + zero, 30.0 }, 5.0)
  out.none = { count = #none, most = bound }

  local cash = { 60.0 + zero, -10, 60, 20 }
  local costs = finance.costs()
  cash[4] = cash[4] - finance.spend(costs, "retirement", 5.0 + zero)
  finance.spend(costs, "build", 100.0)
  finance.spend(costs, "build", 1.5)
  out.known = {
    npv = finance.npv(0.08, cash, -100.0), npv_without = finance.npv(0.08, cash),
    payback = finance.payback(cash, -100.0), never = finance.payback({ 1.0 + zero }, -2.0),
    again = finance.payback({ 5.0 + zero, -6.0, 2.0 }), at_once = finance.payback({ 5.0 + zero }),
    discounted = finance.discounted_payback(0.5, { 60.0 + zero, 60, 60 }, -115.0),
    peak = finance.peak_funding(cash, -100.0), no_peak = finance.peak_funding({ 1.0 + zero }),
    dip = finance.peak_funding({ 20.0 + zero, -50.0, 40.0 }), roi = finance.roi(120.0 + zero, 100.0),
    monthly = finance.monthly_rate(0.08 + zero), yearly = finance.yearly_rate(0.01 + zero),
    total = finance.total(costs),
  }
  out.costs = costs

  -- On random amounts: what the present value is at the rates found, for each unit paid.
  local random, paid = {}, 50.0
  for month = 1, 24 do
    random[month] = draw.normal(8.0 * x.u, 10.0, "amount", month)
    paid = paid + math.abs(random[month])
  end
  out.left = 0.0
  local found, at_most = finance.irr(random, -50.0)
  for i = 1, #found do
    local worth, scale = -50.0, paid * math.max((1.0 + found[i]) ^ -24, 1.0)
    for month = 1, 24 do worth = worth + random[month] / (1.0 + found[i]) ^ month end
    out.left = math.max(out.left, math.abs(worth) / scale)
  end
  out.within = #found <= at_most
  return out
end
