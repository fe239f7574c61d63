--- One trial of an inventory tool that goes from one warehouse to the whole network.
---
--- A month goes like this: the gate decides how many warehouses are wanted; the team connects them;
--- customers buy; where the tool is in use, stock follows its forecast, elsewhere the rule of thumb;
--- people look at the orders that were flagged; risks and other systems strike; money is counted.
--- Everything is compared with the same month, with the same customers, without the tool.
--- x: this trial's inputs, p: the settings; scenarios/inventory.yaml explains each.
-- SPDX-License-Identifier: Apache-2.0

local adoption = require "library.adoption"
local capacity = require "library.capacity"
local drift = require "library.drift"
local finance = require "library.finance"
local kpi = require "library.kpi"
local monitor = require "library.monitor"
local organisation = require "library.organisation"
local review = require "library.review"
local risk = require "library.risk"
local stage = require "library.stage"
local statistics = require "library.statistics"
local system = require "library.system"
local vendor = require "library.vendor"

--- How far a month's demand at each site lies from the plan, in standard deviations. Part of it is
--- the same everywhere (x.alike is the correlation between sites), the rest is the site's own.
local function surprises(x, p, month)
  local everywhere, list = draw.normal(0.0, 1.0, "demand everywhere", month), {}
  for i, site in ipairs(p.sites) do
    local own = draw.normal(0.0, 1.0, "demand " .. site.name, month)
    list[i] = math.sqrt(x.alike) * everywhere + math.sqrt(1.0 - x.alike) * own
  end
  return list
end

--- What a month costs that begins with this stock, and the sales lost for want of stock.
local function sell(x, stock, demand)
  local lost = math.max(demand - stock, 0.0)
  return lost * x.lost_margin + math.max(stock - demand, 0.0) * x.holding, lost
end

--- The factor by which the tool's stock lies above its forecast: what is cheapest if it foresees
--- x.foresight of the surprises, as it believes (the newsvendor's rule).
local function safety_of(x)
  local cover = statistics.normal_quantile(x.lost_margin / (x.lost_margin + x.holding))
  return math.exp(cover * x.spread * (1.0 - x.foresight))
end

--- The tool's stock for a site whose demand will be `surprise` off plan, of which it foresees a part;
--- `gap` is how far the site's records mislead it.
local function proposed_stock(x, site, surprise, foresees, safety, gap)
  local expected = site.sales * math.exp(x.spread * foresees * surprise)
  return expected * safety * math.max(1.0 + gap, 0.1)
end

--- A month of the whole network: the first `live` sites have the tool, and a share `follow` of their
--- orders is as it proposed. Records get better month by month, faster where they are used.
--- Returns what the tool saves, then sales lost and demand in the network, then at the sites that have
--- it: the share of demand served, less the share that the rule of thumb would have served.
local function trade(x, p, month, live, gaps, follow, foresees, safety)
  local saved, lost, asked, more_live, asked_live = 0.0, 0.0, 0.0, 0.0, 0.0
  local surprise = surprises(x, p, month)
  for i, site in ipairs(p.sites) do
    local demand = site.sales * math.exp(x.spread * surprise[i])
    local cost, short = sell(x, site.sales * (1.0 + p.usual_cover), demand)
    asked = asked + demand
    if i <= live then
      local stock = proposed_stock(x, site, surprise[i], foresees, safety, gaps[i])
      local new_cost, new_short = sell(x, stock, demand)
      saved = saved + follow * (cost - new_cost)
      local more = follow * (short - new_short)
      short, more_live, asked_live = short - more, more_live + more, asked_live + demand
    end
    gaps[i] = gaps[i] * (i <= live and p.gap_left.in_use or p.gap_left.before)
    lost = lost + short
  end
  return saved, lost, asked, more_live / math.max(asked_live, 1.0)
end

--- The proposals of a month for the desk: those that the tool flags are looked at, the rest goes out.
local function proposals(p, count, wrong)
  local flagged = p.flags
  return {
    auto = { decisions = count * (1.0 - flagged.share), wrong = wrong * (1.0 - flagged.of_wrong) },
    exception = { decisions = count * flagged.share, wrong = wrong * flagged.of_wrong },
  }
end

return function(x, p)
  local plan, coe, contract = stage.new(p.plan), organisation.new(p.organisation), vendor.new(p.vendor)
  local planners = adoption.new(p.planners)
  local following = adoption.start(planners)
  local pipeline, desk = capacity.new(p.pipeline), review.new(p.review)
  local ageing, dashboard = drift.new(p.ageing), monitor.cadence(p.dashboard)
  local age, watch = drift.start(ageing), monitor.start_cadence(dashboard)
  local service, accuracy = kpi.new(p.service), kpi.new(p.accuracy)
  local service_so_far, accuracy_so_far = kpi.start(service), kpi.start(accuracy)
  local register = risk.new { risks = p.risks, months = x.months, mitigate = p.mitigate }
  local systems = system.new { systems = p.systems }
  local sites, wanted, connected = #p.sites, 1, 1 -- the pilot's site is there
  local gaps, safety = {}, safety_of(x)
  for i = 1, sites do gaps[i] = x.gap[i] end
  gaps[1] = gaps[1] * p.gap_left.in_use ^ p.pilot_months
  local costs, balance, benefit, seen = finance.costs(), 0.0, 0.0, {}
  local out = { errors = 0.0, stock_outs = 0.0, full_scale = math.huge, cash = {}, live = {}, served = {} }

  for month = 1, x.months do
    -- The gate decides on what was seen; the team connects what it can.
    local share = stage.step(plan, month, seen, balance)
    local now_wanted = math.floor(share * sites + 0.5)
    local running = share > 0.0 and 1.0 or 0.0
    local _, people = organisation.step(coe, math.max(now_wanted - wanted, 0))
    wanted = math.max(now_wanted, wanted)
    local live = math.min(now_wanted, 1 + math.floor(coe.delivered + 1e-9))
    local new = math.max(live - connected, 0)
    following.share = following.share * connected / (connected + new) -- newcomers follow nothing yet
    connected = connected + new
    local levers = adoption.step(following, planners, month)

    -- The model ages until a review finds it and it is retrained.
    local loss = drift.step(age, ageing, month)
    local found, looking = monitor.step_cadence(watch, dashboard, month, 1.0 - loss)
    local retraining = found and drift.order(age, ageing, month, "retraining") or 0.0

    -- Customers buy.
    local foresees = x.foresight * (1.0 - loss) * coe.fit
    local saved, lost, asked, more_served =
      trade(x, p, month, live, gaps, following.share, foresees, safety)

    -- Orders go out; those that are flagged are looked at first.
    local count = live * p.orders_per_site
    local _, hosting = capacity.step(pipeline, month, count)
    local wrong = count * math.min(x.wrong * pipeline.strain * organisation.errors(coe, p.no_standards), 1.0)
    local reached, reviewing = review.step(desk, month, proposals(p, count, wrong))

    -- What may go wrong, here and in systems that were no part of the pilot.
    local exposure = live / sites
    local happened, mitigating = risk.step(register, month, exposure)
    local down = system.step(systems, month, { tool = 1.0 + pipeline.overload }) * exposure

    -- Money: after a stop nothing is paid any more.
    local function pay(kind, amount) return finance.spend(costs, kind, running * amount) end
    local cost = pay("build", new * organisation.build_cost(coe, x.connection, sites) / sites)
      + pay("run", hosting + looking + mitigating) + pay("support", people + retraining)
      + pay("training", levers) + pay("review", reviewing)
      + pay("vendor", vendor.step(contract, month, live))
    if month == plan.stopped then cost = cost + finance.spend(costs, "retirement", p.retirement) end
    local gain = saved - reached * x.wrong_cost - happened - down
    benefit, out.cash[month] = benefit + gain, gain - cost
    balance = balance + out.cash[month]

    -- What the next gate will see, where the tool is in use: late, smoothed and with noise. Service is
    -- compared with the rule of thumb, or a month of odd demand would pass for the tool's fault.
    seen = {
      service = kpi.step(service_so_far, service, month, more_served),
      accuracy = kpi.step(accuracy_so_far, accuracy, month, foresees),
    }
    out.errors, out.stock_outs = out.errors + reached, out.stock_outs + lost
    out.live[month], out.served[month] = live, 1.0 - lost / asked
    if live == sites then out.full_scale = math.min(out.full_scale, month) end
  end

  out.npv, out.payback = finance.npv(p.discount_rate, out.cash), finance.payback(out.cash)
  out.total_cost = finance.total(costs)
  out.roi, out.peak_funding = finance.roi(benefit, out.total_cost), finance.peak_funding(out.cash)
  out.months_over_capacity, out.reviewer_hours = pipeline.months_over, desk.hours
  out.risk = register.amount
  out.good = x.foresight * coe.fit >= p.good -- what no gate sees
  out.turned_back = plan.rolled_back + (plan.stopped < math.huge and 1 or 0)
  out.months_lost, out.stopped = plan.months_lost, plan.stopped
  return out
end
