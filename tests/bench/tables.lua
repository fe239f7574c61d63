--- The benchmark's tables of a trial: monthly amounts as lists and records, then the questions that
--- people ask of them: present value, payback, the deepest drawdown, the best and worst year.
-- SPDX-License-Identifier: Apache-2.0

local function npv(yearly_rate, cash)
  local discount, worth = (1.0 + yearly_rate) ^ (-1.0 / 12.0), 0.0
  for month = #cash, 1, -1 do worth = (worth + cash[month]) * discount end
  return worth
end

local function payback(cash)
  local balance, last_month_in_debt = 0.0, 0
  for month, amount in ipairs(cash) do
    balance = balance + amount
    if balance < 0.0 then last_month_in_debt = month end
  end
  if balance < 0.0 then return math.huge end
  return last_month_in_debt + 1
end

local function drawdown(cash)
  local balance, peak, deepest = 0.0, 0.0, 0.0
  for month = 1, #cash do
    balance = balance + cash[month]
    peak = math.max(peak, balance)
    deepest = math.max(deepest, peak - balance)
  end
  return deepest
end

--- Sums of twelve months each.
local function years(cash)
  local sums = {}
  for month = 1, #cash do
    if month % 12 == 1 then sums[#sums + 1] = 0.0 end
    sums[#sums] = sums[#sums] + cash[month]
  end
  return sums
end

local function extremes(list)
  local low, high = list[1], list[1]
  for i = 2, #list do
    if list[i] < low then low = list[i] end
    if list[i] > high then high = list[i] end
  end
  return { low = low, high = high }
end

return function(x, p)
  local cash, orders, paid = {}, {}, {}
  local stock = { size = x.size, due = 0 }
  for month = 1, p.months + p.longest_delay do paid[month] = 0.0 end
  for month = 1, p.months do
    orders[month] = 0.0
    if stock.due == month then stock.size = stock.size + orders[month - p.lead] end
    local demand = x.demand * (1.0 + x.growth * month) * draw.normal(1.0, 0.1, "demand", month)
    if demand > 0.9 * stock.size and month >= stock.due then
      orders[month] = 0.2 * demand
      stock.due = month + p.lead
    end
    local sold, pays_in = math.min(demand, stock.size), month + x.delay -- customers pay late
    paid[pays_in] = paid[pays_in] + sold * p.margin
    table.insert(cash, paid[month] - stock.size * p.upkeep - orders[month] * p.price)
    if draw.bernoulli(0.03, "outage", month) then cash[#cash] = cash[#cash] - x.outage end
  end
  cash[1] = cash[1] - x.setup
  local year = extremes(years(cash))
  return {
    npv = npv(p.rate, cash), payback = payback(cash), drawdown = drawdown(cash),
    worst_year = year.low, best_year = year.high,
  }
end
