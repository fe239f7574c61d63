--- Objects whose fields are this trial's inputs, each in another way uncertain.
-- SPDX-License-Identifier: Apache-2.0
local capacity = require "library.capacity"
local organisation = require "library.organisation"
local review = require "library.review"
local risk = require "library.risk"
local stage = require "library.stage"
local system = require "library.system"
local vendor = require "library.vendor"

return function(x, p)
  local tests = { { metric = "accuracy", at_least = x.share } }
  local plan = stage.new {
    stages = { { share = x.share * 0.5, month = 1 }, { share = x.share, month = 2 + x.count, gate = tests } },
    metrics = { "accuracy" }, kill = tests, kill_months = 1 + x.count, loss_cap = 900 * x.money,
    patience = x.count, options = { roll_back = x.flag },
  }
  local gpu = capacity.new {
    name = "gpu", units = 1 + x.count, per_unit = x.money, lead_months = x.count + x.share, most = 2,
    funded = x.share, leaving = x.share * 0.1, harm = x.share, overload = x.flag and "lost" or "waits",
    failure = { probability = x.share, lost = x.share }, order_cost = x.money,
  }
  local register = risk.new {
    months = 4 + x.count, mitigate = x.flag,
    risks = {
      { name = "outage", probability = x.share, impact = x.money, mitigation = { probability = x.share * 0.5, impact = x.share } },
      { name = "churn", probability = x.share, once = x.flag, impact = x.money },
    },
  }
  local systems = system.new {
    systems = {
      { name = "a", fails = x.share, cost = x.money },
      { name = "b", in_scope = x.flag, depends_on = { { on = "a", spreads = x.share } } },
    },
    together = { { tools = { "a", "b" }, gain = x.share } },
  }
  local contract = vendor.new {
    name = "model", price = x.money, change = x.share, switching_cost = x.money, contract_months = 3,
    lock_in = x.share, portable = x.share, switching_months = x.count, alternative = { price = x.money * 0.5 },
    may_switch = x.flag, ends = x.share * 0.1,
  }
  local coe = organisation.new {
    model = "hybrid", units = 1 + x.count, maturity = x.share,
    person_months = x.money, cost_per_person = x.money, fit = x.share,
  }
  local desk = review.new {
    levels = { review = { minutes = x.money, catches = x.share, rounds = x.count } },
    reviewers = { count = x.count, fatigue = x.share * 0.1, cost_per_hour = x.money },
    overload = x.flag and "passes" or "waits",
  }
  local words = {}
  for month = 1, 8 do
    local accuracy = draw.normal(x.share, 0.1, "audit", month)
    if draw.bernoulli(0.2, "no audit", month) then accuracy = nil end
    stage.step(plan, month, { accuracy = accuracy }, -x.money * 100 * month)
    capacity.step(gpu, month, 10 * x.money * plan.share)
    risk.step(register, month, { outage = plan.share })
    system.step(systems, month, { a = 1.0 + gpu.overload })
    vendor.step(contract, month, gpu.served)
    organisation.step(coe, x.share)
    review.step(desk, month, { review = { decisions = gpu.served, wrong = gpu.served * x.share } })
    words[month] = plan.decision
  end
  return {
    words = words, held = plan.months_held, stopped = plan.stopped, units = gpu.units, lost = gpu.lost,
    backlog = gpu.backlog, gpu = gpu.cost, risk = register.amount, residual = register.residual,
    down = systems.months_down, outside = systems.outside, earned = system.earn(systems, { a = x.money, b = 3 }),
    fees = contract.cost, switched = contract.switched, delivered = coe.delivered, people = coe.people,
    reached = desk.reached, desk = desk.cost, waiting = desk.backlog_hours,
    build = organisation.build_cost(coe, x.money, 1 + x.count),
  }
end
