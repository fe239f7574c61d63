--- One trial of a bank's support chatbot that grows from 10% to 50% of queries.
---
--- A month goes like this: what was ordered arrives; last month's audit decides how much of the
--- traffic the bot is offered; customers ask; the bot answers what it is sure of and hands the
--- rest to an agent; an audit and the load decide what to order; the money is counted.
--- Decisions only ever see the audit, a sample: the true error rate (`slips`) stays hidden.
--- x: this trial's inputs, p: the settings; scenarios/chatbot.yaml explains each.
-- SPDX-License-Identifier: Apache-2.0

local finance = require "library.finance"

--- This month's stage of the plan: one back when the audit fell below gate.back, one on when its
--- month has come and the audit reaches gate.pass, else the same as before.
local function choose_stage(plan, gate, stage, month, audited)
  if stage > 1 and audited < gate.back then return stage - 1 end
  if stage < #plan and month >= plan[stage + 1].month and audited >= gate.pass then
    return stage + 1
  end
  return stage
end

--- The bot's errors grow with x.drift; a retraining that is ready wins back part of what was lost.
local function age(bot, x, month)
  bot.hardness = bot.hardness + x.drift
  if month == bot.retrained_in then
    bot.hardness = 1.0 + (bot.hardness - 1.0) * (1.0 - x.repair)
  end
end

--- Orders a retraining when the audit is too low and none is under way; returns what it costs.
local function order_retraining(bot, terms, month, audited)
  if audited >= terms.below or month < bot.retrained_in then return 0.0 end
  bot.retrained_in = month + terms.lead_months
  return terms.cost
end

--- Orders what this month's visits and some headroom need, one order at a time and no more than
--- comes in one delivery; returns the set-up cost.
local function order_capacity(site, terms, month, visits)
  local missing = math.ceil(visits * terms.headroom / terms.step_queries) - site.steps
  if missing <= 0 or month < site.arrives_in then return 0.0 end
  site.ordered = math.min(missing, terms.steps_per_order)
  site.arrives_in = month + terms.lead_months
  return site.ordered * terms.setup_cost
end

--- Trains agents up to the share in force, as fast as training goes. Returns the share of the
--- bot's work that meets untrained agents, and the cost.
local function train(staff, terms, share)
  local more = math.max(math.min(share - staff.trained, terms.share_per_month), 0.0)
  staff.trained = staff.trained + more
  return math.max(share - staff.trained, 0.0) / share, more * 100.0 * terms.cost_per_point
end

--- Next month's share of customers willing to use the bot. It moves slowly towards its ceiling,
--- which wrong answers and crowding lower.
local function adopt(x, terms, willing, slips, overload)
  local discouraged = x.distrust * slips + terms.crowding * overload
  local goal = x.ceiling * math.max(1.0 - discouraged, 0.0)
  return willing + terms.speed * (goal - willing)
end

--- The accuracy that an audit of `answers` answers finds: the true one and sampling error.
local function audit(slips, answers, month)
  local sampling_error = math.sqrt(slips * (1.0 - slips) / answers)
  return draw.normal(1.0 - slips, sampling_error, "audit", month)
end

return function(x, p)
  local bot = { hardness = x.hardness, retrained_in = 0 }
  local site = { steps = p.capacity.steps_at_start, ordered = 0, arrives_in = 0 }
  local staff = { trained = p.training.share_at_start }
  local stage, audited, willing = 1, 1.0, p.adoption.willing_at_start
  local balance, due = 0.0, x.integration -- money so far; what month 1 has to pay on top
  local out = {
    cash = {}, risk = { outage = 0.0, churn = 0.0 }, total_cost = 0.0, peak_funding = 0.0,
    errors = 0.0, reviewer_hours = 0.0, months_over_capacity = 0, full_scale = math.huge,
  }

  for month = 1, x.months do
    -- What was ordered arrives, and the stage is chosen.
    age(bot, x, month)
    if month == site.arrives_in then site.steps = site.steps + site.ordered end
    stage = choose_stage(p.plan, p.gate, stage, month, audited)
    local share = p.plan[stage].share
    local untrained, training_cost = train(staff, p.training, share)

    -- Customers ask; beyond its capacity the bot turns visitors away and errs more often.
    local visits = x.volume * x.demand[(month + 2) // 3] * share * willing
    local capacity = site.steps * p.capacity.step_queries
    local served = math.min(visits, capacity)
    local overload = math.max(visits / capacity - 1.0, 0.0)
    local slips = (1.0 - x.right) * bot.hardness * (1.0 + x.overload_harm * overload)
    slips = math.min(slips, 0.5) -- at worst every other answer is wrong

    -- It answers what it is sure of; an agent reads and finishes the rest, and some are audited.
    local wrong = served * x.sure * slips
    local resolved = served * x.sure - wrong
    local minutes = p.review.minutes * (1.0 + p.training.slowdown * untrained)
    local hours = (served * (1.0 - x.sure) * minutes + p.audit.answers * p.audit.minutes) / 60.0
    audited = audit(slips, p.audit.answers, month)

    -- Customers remember: wrong answers, crowding, outages.
    willing = adopt(x, p.adoption, willing, slips, overload)
    local churn, outage = wrong * x.churn * x.customer_value, 0.0
    if draw.bernoulli(p.outage.chance, "outage", month) then
      outage = draw.from(p.outage.cost, "outage cost", month) * share
      willing = willing * (1.0 - p.outage.trust_lost)
    end

    -- Money of the month.
    local cost = due + p.run_cost + site.steps * p.capacity.cost + hours * x.wage + training_cost
      + order_retraining(bot, p.retraining, month, audited)
      + order_capacity(site, p.capacity, month, visits)
      + wrong * x.repeat_cost + churn + outage
    local cash = resolved * x.saving - cost
    balance, due = balance + cash, 0.0

    out.cash[month] = cash
    out.total_cost = out.total_cost + cost
    out.peak_funding = math.max(out.peak_funding, -balance)
    out.errors = out.errors + wrong
    out.reviewer_hours = out.reviewer_hours + hours
    out.risk.outage = out.risk.outage + outage
    out.risk.churn = out.risk.churn + churn
    if overload > 0.0 then
      out.months_over_capacity = out.months_over_capacity + 1
    elseif stage == #p.plan then
      out.full_scale = math.min(out.full_scale, month)
    end
  end

  out.npv = finance.npv(p.discount_rate, out.cash)
  out.payback = finance.payback(out.cash)
  return out
end
