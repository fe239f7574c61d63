--- Measures of e-commerce, and what a dashboard shows of them: late, smoothed and with noise.
--- A measure that leads moves at once and tells of what is to come (click-through); one that lags
--- shows what happened months ago (retention, lifetime value).
--- Definitions: Farris et al., Marketing Metrics (2010), chapters 5 and 10, unless said otherwise.
-- SPDX-License-Identifier: Apache-2.0
local check = require "library.check"

local kpi = {}

--- Orders for each session. kpi.conversion(221, 10000) is 0.0221
function kpi.conversion(orders, sessions) return orders / sessions end

--- Average order value, in money. kpi.order_value(9000, 200) is 45
function kpi.order_value(revenue, orders) return revenue / orders end

--- Clicks for each time that something was shown. kpi.click_through(30, 1000) is 0.03
function kpi.click_through(clicks, shown) return clicks / shown end

--- Share of contacts that no agent had to touch. kpi.deflection(700, 1000) is 0.7
function kpi.deflection(resolved_without_agent, contacts) return resolved_without_agent / contacts end

--- Share of a period's first customers who are still there at its end; new ones do not count.
--- kpi.retention(950, 40, 1000) is 0.91
function kpi.retention(at_end, new, at_start) return (at_end - new) / at_start end

--- Money spent to win one customer. kpi.acquisition_cost(50000, 400) is 125
function kpi.acquisition_cost(spent, new_customers) return spent / new_customers end

--- What a customer is worth: a margin at each month's end as long as the customer stays, discounted
--- at a monthly rate, for ever: m r / (1 + i - r) (Gupta & Lehmann, Customers as assets, Journal of
--- Interactive Marketing 17, 2003, eq. 3). Retention is monthly and below 1 + rate.
--- kpi.lifetime_value(10, 0.9, 0.01) is 81.82
function kpi.lifetime_value(margin, retention, monthly_rate)
  return margin * retention / (1.0 + monthly_rate - retention)
end

--- How a measure is seen.
---   kind    leading (no lag, no window) or lagging
---   lag     months until a month's value is known (lagging: 1 or more)
---   window  months that the shown value is a mean of
---   noise   sd of what is shown around the truth, in the measure's unit; or, for a share,
---   sample  how many are counted a month: the noise is then sqrt(v (1 - v) / (sample window))
--- kpi.new{ name = "retention", kind = "lagging", lag = 3, window = 3, sample = 800 }
--- kpi.new{ name = "order value", kind = "leading", noise = 1.5 }
function kpi.new(k)
  check.fields("kpi", k, { "name", "kind", "lag", "window", "noise", "sample" })
  local kind = check.word("kpi", k, "kind", { "leading", "lagging" })
  local is_leading = kind == "leading"
  if k.noise and k.sample then error("kpi: give noise or sample, not both", 2) end
  return {
    name = check.name("kpi", k), kind = kind,
    lag = check.whole("kpi", k, "lag", is_leading and 0 or 1, is_leading and 0 or 60, is_leading and 0 or nil),
    window = check.whole("kpi", k, "window", 1, is_leading and 1 or 60, 1),
    noise = check.number("kpi", k, "noise", 0, math.huge, 0.0),
    sample = k.sample and check.number("kpi", k, "sample", 1, math.huge),
  }
end

--- The state before month 1: nothing was measured. state.shown is the last value that was shown.
--- local state = kpi.start(retention)
function kpi.start(_) return { truth = {}, shown = nil } end

--- One month on: `truth` is this month's true value (for decisions it must stay hidden); returns
--- what is shown this month, nil while the first values are not known yet. Months go 1, 2, 3, …
--- local seen = kpi.step(state, retention, month, 0.91)
function kpi.step(state, k, month, truth)
  state.truth[month] = truth
  local last = month - k.lag
  if last < 1 then return nil end
  local first, sum = math.max(last - k.window + 1, 1), 0.0
  for m = first, last do sum = sum + state.truth[m] end
  local count = last - first + 1
  local value, noise = sum / count, k.noise
  if k.sample then noise = math.sqrt(math.max(value * (1.0 - value), 0.0) / (k.sample * count)) end
  if k.sample or noise > 0.0 then
    value = value + noise * draw.normal(0.0, 1.0, "kpi " .. k.name, month)
  end
  if k.sample then value = math.max(math.min(value, 1.0), 0.0) end
  state.shown = value
  return value
end

return kpi
