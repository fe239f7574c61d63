--- Money over time. `cash` is a list of monthly amounts; the amount of month m is paid at its end.
--- What is paid before month 1 is `at_start` (0 where absent) and is not discounted. Spending is
--- negative. Formulas: Brealey, Myers & Allen, Principles of Corporate Finance, chapters 2 and 5.
-- SPDX-License-Identifier: Apache-2.0

local finance = {}

--- What a total cost of ownership is made of.
finance.kinds = { "build", "run", "support", "training", "review", "vendor", "retirement" }

--- The monthly rate that compounds to a yearly one, and back.
--- finance.monthly_rate(0.08) is 0.00643403; finance.yearly_rate(0.01) is 0.12682503
function finance.monthly_rate(yearly_rate) return (1.0 + yearly_rate) ^ (1.0 / 12.0) - 1.0 end
function finance.yearly_rate(monthly_rate) return (1.0 + monthly_rate) ^ 12 - 1.0 end

--- Net present value at a yearly rate, discounted monthly at (1 + rate)^(1/12) - 1.
--- finance.npv(0.08, { 60, 60 }, -100) is 18.85
function finance.npv(yearly_rate, cash, at_start)
  local discount = (1.0 + yearly_rate) ^ (-1.0 / 12.0)
  local worth = 0.0
  for month = #cash, 1, -1 do
    worth = (worth + cash[month]) * discount
  end
  return worth + (at_start or 0.0)
end

--- The first month at whose end everything spent so far has come back and is never lost again;
--- math.huge when the list ends before that. A plan that never owes anything pays back in month 1.
--- finance.payback({ -100, 60, 60 }) is 3
function finance.payback(cash, at_start)
  local balance = at_start or 0.0
  local last_month_in_debt = 0
  for month = 1, #cash do
    balance = balance + cash[month]
    if balance < 0.0 then last_month_in_debt = month end
  end
  if balance < 0.0 then return math.huge end
  return last_month_in_debt + 1
end

--- The same, of amounts discounted at a yearly rate: later, or never, where payback is in time.
--- finance.discounted_payback(0.5, { 60, 60, 60 }, -115) is 3; finance.payback({ 60, 60, 60 }, -115) is 2
function finance.discounted_payback(yearly_rate, cash, at_start)
  local discount, factor, discounted = (1.0 + yearly_rate) ^ (-1.0 / 12.0), 1.0, {}
  for month = 1, #cash do
    factor = factor * discount
    discounted[month] = cash[month] * factor
  end
  return finance.payback(discounted, at_start)
end

--- The most money that the plan is ever short of, as a number that is never negative.
--- finance.peak_funding({ -50, 80 }, -100) is 150
function finance.peak_funding(cash, at_start)
  local balance = at_start or 0.0
  local lowest = math.min(balance, 0.0)
  for month = 1, #cash do
    balance = balance + cash[month]
    lowest = math.min(lowest, balance)
  end
  return -lowest
end

--- Return on investment: what is left of the benefit for each unit of cost (0.2 is 20 %).
--- finance.roi(120, 100) is 0.2
function finance.roi(benefit, cost) return (benefit - cost) / cost end

--- The internal rates of return, per period of the list (monthly for months; yearly_rate makes them
--- yearly): every rate from -90 % to 900 % at which the present value passes through zero, lowest
--- first. The list is empty where there is none and has several where there are several; which one
--- is meant is not for a function to guess. The second result is how many there are at most, by
--- Descartes' rule of signs: where the list is as long, no other exists at any rate. (Two rates that lie
--- nearer than about 1 % of themselves can be missed; a value that touches zero is not passing.)
--- finance.irr({ 10000, -10000 }, -1600) is { 0.25, 4.0 }, 2
function finance.irr(cash, at_start)
  local first = at_start or 0.0
  local function worth(growth) -- in money of the start
    local sum = 0.0
    for month = #cash, 1, -1 do sum = (sum + cash[month]) / growth end
    return sum + first
  end
  local most, sign = 0, first
  for month = 1, #cash do
    if sign * cash[month] < 0.0 then most = most + 1 end
    if cash[month] ~= 0.0 then sign = cash[month] end
  end
  -- Growth from 0.1 to 10 in 120 steps that are close together near 1.
  local function growth_at(step)
    local u = step / 60.0 - 1.0
    return 10.0 ^ (u * (0.1 + 0.9 * u * u))
  end
  local rates, step, was_positive = {}, 0, worth(0.1) > 0.0
  while step < 120 and #rates < most do
    step = step + 1
    if (worth(growth_at(step)) > 0.0) ~= was_positive then
      local low, high = growth_at(step - 1), growth_at(step)
      while high - low > 1e-14 * low do
        local middle = 0.5 * (low + high)
        if (worth(middle) > 0.0) == was_positive then low = middle else high = middle end
      end
      rates[#rates + 1] = 0.5 * (low + high) - 1.0
      was_positive = not was_positive
    end
  end
  return rates, most
end

--- A record of costs by kind, all 0, to be filled by finance.spend and returned as an output.
--- finance.costs() is { build = 0.0, run = 0.0, … }
function finance.costs()
  local costs = {}
  for _, kind in ipairs(finance.kinds) do costs[kind] = 0.0 end
  return costs
end

--- Books an amount spent (0 or more) and returns it, so that it can be taken off the month's cash.
--- cash[month] = cash[month] - finance.spend(costs, "training", 500)
function finance.spend(costs, kind, amount)
  if costs[kind] == nil then
    error("finance: there is no kind of cost \"" .. tostring(kind) .. "\"; the kinds are "
      .. table.concat(finance.kinds, ", "), 2)
  end
  costs[kind] = costs[kind] + amount
  return amount
end

--- Total cost of ownership: the sum over all kinds.
--- finance.total(costs)
function finance.total(costs)
  local sum = 0.0
  for _, kind in ipairs(finance.kinds) do sum = sum + costs[kind] end
  return sum
end

return finance
