--- One trial of a bank's support chatbot that grows from 10 % to 50 % of queries.
---
--- A month goes like this: the plan decides, from last month's audit, how much of the traffic the
--- bot is offered; the bot ages, and is mended where the dashboard shows it; customers ask; the bot
--- answers what it is sure of and an agent finishes the rest; what people make of it is counted, then
--- the money. Decisions only ever see samples: the true accuracy stays hidden from them.
--- x: this trial's inputs, p: the settings; scenarios/chatbot.yaml explains each.
-- SPDX-License-Identifier: Apache-2.0

local adoption = require "library.adoption"
local capacity = require "library.capacity"
local finance = require "library.finance"
local kpi = require "library.kpi"
local review = require "library.review"
local risk = require "library.risk"
local stage = require "library.stage"
local upkeep = require "library.upkeep"
local vendor = require "library.vendor"

--- The bot before month 1. It gets worse for two reasons, and each has a remedy of its own.
local function new_bot(x, p)
  local words = { name = "new words", kind = "gradual", cause = "data", size = x.drift, remedies = {
    retraining = { cost = p.retraining.cost, months = p.retraining.months, mends = x.repair } } }
  return upkeep.new { name = "bot", drifts = { words, p.new_wishes }, review = p.dashboard,
    diagnosis = p.diagnosis }
end

--- The share of its sure answers that is wrong: the test's errors, harder in life, more as it ages
--- and when it is overloaded. At worst every other answer is wrong.
local function wrong_share(bot, x, strain)
  return math.min((1.0 - (1.0 - (1.0 - x.right) * x.hardness) * bot.left) * strain, 0.5)
end

--- What goes to whom: sure answers straight to the customer, the rest with a draft to an agent, and
--- a sample to the audit. Agents who have not taken to the bot take longer to read its drafts.
local function answer(desk, x, p, month, served, wrong, agents)
  local sure, unsure = served * x.sure, served * (1.0 - x.sure)
  desk.levels.exception.minutes = p.draft_minutes * (1.0 + p.slowdown * (1.0 - agents))
  local reached, cost = review.step(desk, month, {
    auto = { decisions = sure, wrong = sure * wrong },
    exception = { decisions = unsure, wrong = unsure * (1.0 - x.draft_right) },
    review = { decisions = p.audit.sample, wrong = 0.0 },
  })
  return sure * (1.0 - wrong), reached, cost
end

--- Customers come to use the bot. Wrong answers, crowding and outages make some of them wary, and a
--- part of the wary forget each month.
local function step_customers(customers, terms, x, p, month, wrong, overload, was_out)
  adoption.step(customers, terms, month)
  adoption.upset(customers, math.min(x.distrust * wrong + p.crowding * overload, 1.0))
  if was_out then adoption.upset(customers, p.outage_upsets) end
  customers.resistance = customers.resistance * (1.0 - p.forgets)
end

--- Demand is given by quarter, for as long as the plan looks ahead.
local function check_demand(x)
  if #x.demand * 3 < x.months then
    error("demand has " .. #x.demand .. " quarters (each), too few for " .. x.months .. " months", 2)
  end
end

--- All that a trial keeps, before month 1.
local function start(x, p)
  local willing = adoption.new { name = "customers", model = "logistic", speed = p.customers.speed,
    share = p.customers.share, ceiling = x.ceiling }
  return {
    plan = stage.new(p.plan), site = capacity.new(p.capacity), contract = vendor.new(p.vendor),
    bot = new_bot(x, p), audit = kpi.new(p.audit), audits = kpi.start(),
    desk = review.new { levels = p.review.levels, overload = "passes",
      reviewers = { count = p.review.count, shrinkage = p.review.shrinkage, cost_per_hour = x.wage } },
    register = risk.new { risks = p.risks, months = x.months, mitigate = p.mitigate },
    staff = adoption.new(p.agents), agents = adoption.start(p.agents),
    willing = willing, customers = adoption.start(willing),
    costs = finance.costs(), gains = 0.0, churn = 0.0, full_scale = math.huge,
    seen = {}, cash = {}, handled = {}, accuracy = {},
  }
end

--- What a month's answers and losses are worth. Saved time becomes money as far as the teams have
--- changed how they work; a wrong answer makes a customer ask again, or leave.
local function earn(t, x, p, resolved, reached, lost)
  local changed = p.unchanged + (1.0 - p.unchanged) * t.agents.share
  local left = reached * x.churn * x.customer_value
  local gain = resolved * x.saving * changed - reached * x.repeat_cost - left - lost
  t.churn, t.gains = t.churn + left, t.gains + gain
  return gain
end

--- A month of work at this share of the traffic; returns its money.
local function work(t, x, p, month, share)
  local site, register = t.site, t.register
  local remedies = upkeep.step(t.bot, month)
  local visits = x.volume * x.demand[(month + 2) // 3] * share * t.customers.share
  local served, hosting = capacity.step(site, month, visits)
  local is_full = t.plan.at == #t.plan.stages and site.overload == 0.0
  if is_full then t.full_scale = math.min(t.full_scale, month) end
  local wrong = wrong_share(t.bot, x, site.strain)
  local resolved, reached, reading = answer(t.desk, x, p, month, served, wrong, t.agents.share)
  t.seen = { accuracy = kpi.step(t.audits, t.audit, month, 1.0 - wrong) }
  t.handled[month], t.accuracy[month] = resolved / x.volume, 1.0 - wrong

  local outages = register.happened.outage
  local lost, mitigation = risk.step(register, month, share)
  local change = adoption.step(t.agents, t.staff, month)
  step_customers(t.customers, t.willing, x, p.customers, month, wrong, site.overload,
    register.happened.outage > outages)

  local spend, costs = finance.spend, t.costs
  return earn(t, x, p, resolved, reached, lost) - spend(costs, "run", hosting + p.run_cost)
    - spend(costs, "support", remedies + mitigation) - spend(costs, "review", reading)
    - spend(costs, "training", change) - spend(costs, "vendor", vendor.step(t.contract, month, served))
end

return function(x, p)
  check_demand(x)
  local t, balance = start(x, p), 0.0
  for month = 1, x.months do
    local share = stage.step(t.plan, month, t.seen, balance)
    local cash = 0.0
    t.handled[month], t.accuracy[month] = 0.0, 0.0
    if share > 0.0 then cash = work(t, x, p, month, share) end
    if month == 1 then cash = cash - finance.spend(t.costs, "build", x.integration) end
    if month == t.plan.stopped then cash = -finance.spend(t.costs, "retirement", p.retirement) end
    t.cash[month], balance = cash, balance + cash
  end

  local total = finance.total(t.costs)
  t.register.amount.lost_customers = t.churn
  return {
    npv = finance.npv(p.discount_rate, t.cash), roi = finance.roi(t.gains, total),
    payback = finance.payback(t.cash), total_cost = total, peak_funding = finance.peak_funding(t.cash),
    errors = t.desk.reached, reviewer_hours = t.desk.hours, months_over_capacity = t.site.months_over,
    full_scale = t.full_scale, stopped = t.plan.stopped < math.huge, risk = t.register.amount,
    inherent = t.register.inherent, mitigation = t.register.spent,
    good = 1.0 - (1.0 - x.right) * x.hardness >= p.good, -- what no gate sees
    turned_back = t.plan.rolled_back + (t.plan.stopped < math.huge and 1 or 0),
    months_lost = t.plan.months_lost,
    cash = t.cash, handled = t.handled, accuracy = t.accuracy,
  }
end
