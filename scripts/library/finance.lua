--- Money over time. `cash` is a list of monthly amounts; the amount of month m is paid at its end.
-- SPDX-License-Identifier: Apache-2.0

local finance = {}

--- Net present value at a yearly rate, discounted monthly at (1 + rate)^(1/12) - 1.
--- finance.npv(0.08, { -100, 60, 60 })
function finance.npv(yearly_rate, cash)
  local discount = (1.0 + yearly_rate) ^ (-1.0 / 12.0)
  local worth = 0.0
  for month = #cash, 1, -1 do
    worth = (worth + cash[month]) * discount
  end
  return worth
end

--- The first month at whose end everything spent so far has come back and is never lost again;
--- math.huge when the list ends before that. A plan that never owes anything pays back in month 1.
--- finance.payback({ -100, 60, 60 }) is 3
function finance.payback(cash)
  local balance = 0.0
  local last_month_in_debt = 0
  for month = 1, #cash do
    balance = balance + cash[month]
    if balance < 0.0 then last_month_in_debt = month end
  end
  if balance < 0.0 then return math.huge end
  return last_month_in_debt + 1
end

return finance
