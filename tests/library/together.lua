--- All of it in one trial: a tool that is scaled by a plan with gates, on capacity that comes in
--- steps, with reviewers, risks, other systems, a vendor and an organisation.
-- SPDX-License-Identifier: Apache-2.0
local capacity = require "library.capacity"
local finance = require "library.finance"
local organisation = require "library.organisation"
local review = require "library.review"
local risk = require "library.risk"
local stage = require "library.stage"
local system = require "library.system"
local vendor = require "library.vendor"

return function(x, p)
  local plan, gpu, desk = stage.new(p.plan), capacity.new(p.gpu), review.new(p.review)
  local register = risk.new { risks = p.risks, months = x.months, mitigate = p.mitigate }
  local systems = system.new { systems = p.systems, together = p.together }
  local contract, coe = vendor.new(p.vendor), organisation.new(p.organisation)
  local seen, balance, cash, shares = {}, 0.0, {}, {}

  for month = 1, x.months do
    local share = stage.step(plan, month, seen, balance)
    local served, run = capacity.step(gpu, month, x.volume * share)
    local wrong = x.wrong * gpu.strain * organisation.errors(coe, 1.5)
    local reached, reviewing = review.step(desk, month, {
      auto = { decisions = served * 0.9, wrong = served * 0.9 * wrong * 0.5 },
      exception = { decisions = served * 0.1, wrong = served * 0.1 * wrong * 5.5 },
    })
    local lost, spent = risk.step(register, month, share)
    local down = system.step(systems, month, { orders = 1.0 + gpu.overload })
    local earned = system.earn(systems, { bot = (served - reached) * x.saving, search = 2000.0 })
    local fees = vendor.step(contract, month, served)
    organisation.step(coe, share)
    local complaints = draw.normal(reached / math.max(served, 1.0), 0.005, "complaints", month)
    seen = { accuracy = draw.normal(1.0 - wrong, 0.01, "audit", month), complaints = complaints }
    cash[month] = earned - run - reviewing - lost - spent - down - fees - reached * 2.0
    balance, shares[month] = balance + cash[month], share
  end
  return {
    npv = finance.npv(0.08, cash), payback = finance.payback(cash), cash = cash, shares = shares,
    risk = register.amount, inherent = register.inherent, over = gpu.months_over, reached = desk.reached,
    hours = desk.hours, full_scale = plan.full_scale, stopped = plan.stopped, held = plan.months_held,
    months_lost = plan.months_lost, last = plan.decision, switched = contract.switched,
    outside = systems.outside, delivered = coe.delivered,
  }
end
