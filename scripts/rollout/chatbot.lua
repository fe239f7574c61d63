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

return function(x, p)
  local plan, site, contract = stage.new(p.plan), capacity.new(p.capacity), vendor.new(p.vendor)
  local bot, audit, audits = new_bot(x, p), kpi.new(p.audit), kpi.start(p.audit)
  local desk = review.new { levels = p.review.levels, overload = "passes",
    reviewers = { count = p.review.count, shrinkage = p.review.shrinkage, cost_per_hour = x.wage } }
  local register = risk.new { risks = p.risks, months = x.months, mitigate = p.mitigate }
  local staff, agents = adoption.new(p.agents), adoption.start(p.agents)
  local willing = adoption.new { name = "customers", model = "logistic", speed = p.customers.speed,
    share = p.customers.share, ceiling = x.ceiling }
  local customers = adoption.start(willing)
  local costs, gains, churn, balance, seen = finance.costs(), 0.0, 0.0, 0.0, {}
  local cash, handled, accuracy, full_scale = {}, {}, {}, math.huge
  local spend = finance.spend

  --- A month of work at this share of the traffic; returns its money.
  local function work(month, share)
    local remedies = upkeep.step(bot, month)
    local visits = x.volume * x.demand[(month + 2) // 3] * share * customers.share
    local served, hosting = capacity.step(site, month, visits)
    if plan.at == #plan.stages and site.overload == 0.0 then full_scale = math.min(full_scale, month) end
    local wrong = wrong_share(bot, x, site.strain)
    local resolved, reached, reading = answer(desk, x, p, month, served, wrong, agents.share)
    seen = { accuracy = kpi.step(audits, audit, month, 1.0 - wrong) }
    handled[month], accuracy[month] = resolved / x.volume, 1.0 - wrong

    local outages = register.happened.outage
    local lost, mitigation = risk.step(register, month, share)
    local change = adoption.step(agents, staff, month)
    step_customers(customers, willing, x, p.customers, month, wrong, site.overload,
      register.happened.outage > outages)

    -- Saved time becomes money as far as the teams have changed how they work.
    local changed = p.unchanged + (1.0 - p.unchanged) * agents.share
    local left = reached * x.churn * x.customer_value
    local gain = resolved * x.saving * changed - reached * x.repeat_cost - left - lost
    churn, gains = churn + left, gains + gain
    return gain - spend(costs, "run", hosting + p.run_cost) - spend(costs, "support", remedies + mitigation)
      - spend(costs, "review", reading) - spend(costs, "training", change)
      - spend(costs, "vendor", vendor.step(contract, month, served))
  end

  for month = 1, x.months do
    local share = stage.step(plan, month, seen, balance)
    cash[month], handled[month], accuracy[month] = 0.0, 0.0, 0.0
    if share > 0.0 then cash[month] = work(month, share) end
    if month == 1 then cash[1] = cash[1] - spend(costs, "build", x.integration) end
    if month == plan.stopped then cash[month] = -spend(costs, "retirement", p.retirement) end
    balance = balance + cash[month]
  end

  local total = finance.total(costs)
  register.amount.lost_customers = churn
  return {
    npv = finance.npv(p.discount_rate, cash), roi = finance.roi(gains, total),
    payback = finance.payback(cash), total_cost = total, peak_funding = finance.peak_funding(cash),
    errors = desk.reached, reviewer_hours = desk.hours, months_over_capacity = site.months_over,
    full_scale = full_scale, stopped = plan.stopped < math.huge, risk = register.amount,
    cash = cash, handled = handled, accuracy = accuracy,
  }
end
