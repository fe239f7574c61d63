--- One trial of a pricing engine that goes from one market to many.
---
--- A month goes like this: the gate decides in how many markets the engine sets prices; it learns how
--- buyers there respond and moves each market's prices; some prices are plainly wrong, and people
--- look at those that were flagged; tastes and feeds change until a review notices; risks and other
--- systems strike; the money is counted against the same month at today's prices.
--- x: this trial's inputs, p: the settings; scenarios/pricing.yaml explains each.
-- SPDX-License-Identifier: Apache-2.0

local adoption = require "library.adoption"
local capacity = require "library.capacity"
local drift = require "library.drift"
local finance = require "library.finance"
local monitor = require "library.monitor"
local review = require "library.review"
local risk = require "library.risk"
local stage = require "library.stage"
local system = require "library.system"
local vendor = require "library.vendor"

--- What the engine takes a market's price elasticity for, after `months` of data: the average of
--- markets to begin with, more and more the market's own (the usual weights of a shrunken estimate).
local function estimate(p, truth, misread, months)
  local noise = p.response.error ^ 2 / months
  local own = p.response.sd ^ 2 / (p.response.sd ^ 2 + noise)
  return p.response.mean + own * (truth + math.sqrt(noise) * misread - p.response.mean)
end

--- The price that is best for an elasticity, as a factor on today's, within the limit of change. Today's
--- prices are best for an average market: a unit costs 1 - 1/mean of its price.
local function best_price(p, elasticity)
  local e = math.max(elasticity, 1.2)
  local price = (1.0 - 1.0 / p.response.mean) * e / (e - 1.0)
  return math.max(math.min(price, 1.0 + p.limit), 1.0 - p.limit)
end

--- What that price does to a market's margin, as a share of it, if buyers respond with `truth`.
local function gain_of(p, price, truth)
  local unit_cost = 1.0 - 1.0 / p.response.mean
  return price ^ -truth * (price - unit_cost) * p.response.mean - 1.0
end

--- Sets the prices of every market anew and books what that does to its margin in `gains`.
local function set_prices(x, p, gains, months_live)
  for i, truth in ipairs(x.elasticity) do
    local guess = estimate(p, truth, x.misread[i], months_live[i] + 1)
    gains[i] = gain_of(p, best_price(p, guess), truth) + x.products
  end
end

--- A month of all markets, of which the first `live` are the engine's. Returns their margin at today's
--- prices, what the engine adds to it, and their orders; then the margin of all markets.
local function trade(x, p, month, live, months_live, gains, kept)
  local margin, added, orders, everywhere = 0.0, 0.0, 0.0, 0.0
  local real_month = math.floor(draw.uniform(1.0, p.real_months + 1.0, "which real month", month))
  for i, market in ipairs(p.markets) do
    local sales = p[market.name]
    local worth = sales.revenue_gbp[real_month] * x.size / p.response.mean
    everywhere = everywhere + worth
    if i <= live then
      months_live[i] = months_live[i] + 1
      added = added + worth * (gains[i] * kept - x.stale * (1.0 - kept))
      margin, orders = margin + worth, orders + sales.orders[real_month] * x.size
    end
  end
  return margin, added, orders, everywhere
end

--- Whether the engine pays its own team and vendor once it has a year of data of every market: the
--- truth, which no gate sees.
local function is_good(x, p)
  local added = 0.0
  for i, truth in ipairs(x.elasticity) do
    local price, revenue = best_price(p, estimate(p, truth, x.misread[i], 12)), 0.0
    for month = 1, p.real_months do revenue = revenue + p[p.markets[i].name].revenue_gbp[month] end
    local worth = revenue / p.real_months * x.size / p.response.mean
    added = added + worth * (gain_of(p, price, truth) + x.products)
  end
  return added > p.team + p.vendor.monthly
end

--- The price changes of a month for the desk: those beyond the limits are looked at first.
local function changes(p, count, wrong)
  local flagged = p.flags
  return {
    auto = { decisions = count * (1.0 - flagged.share), wrong = wrong * (1.0 - flagged.of_wrong) },
    exception = { decisions = count * flagged.share, wrong = wrong * flagged.of_wrong },
  }
end

--- What a test (half of the products at today's prices) shows of the gain, with the noise of that many
--- orders; earlier months count too, less and less. The gate sees this and never the true gain.
local function measure(test, p, month, gain, orders)
  local noise = 2.0 * p.test.order_cv / math.sqrt(math.max(orders, 1.0))
  local shown = gain + noise * draw.normal(0.0, 1.0, "test", month)
  test.orders = test.orders * p.test.memory + orders
  test.sum = test.sum * p.test.memory + orders * shown
  return test.sum / math.max(test.orders, 1.0)
end

--- The share of wrong prices that an audit of p.audit prices finds: the true one and sampling error.
local function audit(p, month, share)
  return draw.normal(share, math.sqrt(math.max(share, 1e-6) / p.audit), "audit", month)
end

return function(x, p)
  local plan, contract, managers = stage.new(p.plan), vendor.new(p.vendor), adoption.new(p.managers)
  local accepting = adoption.start(managers)
  local engine, desk = capacity.new(p.engine), review.new(p.review)
  local tastes, feeds = drift.new(p.tastes), drift.new(p.feeds)
  local tastes_now, feeds_now = drift.start(tastes), drift.start(feeds)
  local look = monitor.cadence(p.look)
  local looking = monitor.start_cadence(look)
  local register = risk.new { risks = p.risks, months = x.months, mitigate = p.mitigate }
  local systems = system.new { systems = p.systems }
  local markets, months_live, gains = #p.markets, {}, {}
  for i = 1, markets do months_live[i] = 0 end
  months_live[1] = p.pilot_months
  local started, costs, balance, benefit, seen = 1, finance.costs(), 0.0, 0.0, {}
  local test = { orders = 0.0, sum = 0.0 }
  local out = { errors = 0.0, full_scale = math.huge, cash = {}, live = {}, uplift = {} }

  for month = 1, x.months do
    -- The gate decides on what was seen.
    local share = stage.step(plan, month, seen, balance)
    local live = math.floor(share * markets + 0.5)
    local new = math.max(live - started, 0)
    accepting.share = accepting.share * started / (started + new) -- newcomers let nothing through yet
    started = started + new
    local running = live > 0 and 1.0 or 0.0
    local levers = adoption.step(accepting, managers, month)

    -- Tastes and data feeds change; a review notices, someone finds out why, a remedy is ordered.
    drift.step(tastes_now, tastes, month)
    drift.step(feeds_now, feeds, month)
    local kept, mending = drift.left({ tastes_now, feeds_now }), 0.0
    local found, review_cost = monitor.step_cadence(looking, look, month, kept)
    if found then
      local remedy = drift.diagnose("pricing", month, { tastes, feeds }, { tastes_now, feeds_now },
        p.diagnosis)
      mending = drift.order(tastes_now, tastes, month, remedy)
      drift.order(feeds_now, feeds, month, remedy) -- the same remedy: it is paid once
    end

    -- Customers buy at the new prices.
    if month % p.months_between == 1 then set_prices(x, p, gains, months_live) end
    local margin, added, orders, everywhere = trade(x, p, month, live, months_live, gains, kept)
    added = added * accepting.share

    -- Price changes go out; those that are flagged are looked at first.
    local count = live * p.changes_per_market
    local _, hosting = capacity.step(engine, month, count)
    local wrong = count * math.min(x.wrong * engine.strain * (1.0 + p.feeds_harm * feeds_now.loss), 1.0)
    local reached, reviewing = review.step(desk, month, changes(p, count, wrong))

    -- What may go wrong, in proportion to the sales that are at stake.
    local at_stake = margin / everywhere
    local lost, mitigating = risk.step(register, month, at_stake)
    local down = system.step(systems, month, { engine = 1.0 + engine.overload }) * at_stake

    -- Money: after a stop nothing is paid any more.
    local function pay(kind, amount) return finance.spend(costs, kind, running * amount) end
    local cost = pay("build", new * x.localisation) + pay("run", hosting + review_cost + mitigating)
      + pay("support", p.team + mending) + pay("training", levers) + pay("review", reviewing)
      + pay("vendor", vendor.step(contract, month, count))
    if month == plan.stopped then cost = cost + finance.spend(costs, "retirement", p.retirement) end
    local gain = added - reached * x.wrong_cost - lost - down
    benefit, out.cash[month] = benefit + gain, gain - cost
    balance = balance + out.cash[month]

    -- What the next gate will see: a test of the gain, and an audit of prices in the shops.
    seen = {
      gain = measure(test, p, month, added / math.max(margin, 1.0), orders),
      wrong = audit(p, month, reached / math.max(count, 1.0)),
    }
    out.errors, out.live[month] = out.errors + reached, live
    out.uplift[month] = added / everywhere
    if live == markets then out.full_scale = math.min(out.full_scale, month) end
  end

  out.npv, out.payback = finance.npv(p.discount_rate, out.cash), finance.payback(out.cash)
  out.total_cost = finance.total(costs)
  out.roi, out.peak_funding = finance.roi(benefit, out.total_cost), finance.peak_funding(out.cash)
  out.months_over_capacity, out.reviewer_hours = engine.months_over, desk.hours
  out.risk, out.inherent, out.mitigation = register.amount, register.inherent, register.spent
  out.good = is_good(x, p)
  out.turned_back = plan.rolled_back + (plan.stopped < math.huge and 1 or 0)
  out.months_lost, out.stopped = plan.months_lost, plan.stopped
  return out
end
