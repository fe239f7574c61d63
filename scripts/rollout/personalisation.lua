--- One trial of a shop's personalisation that grows from one category to all of them.
---
--- A month goes like this: the plan decides, from what the A/B test against the control group has
--- shown so far, for how much of the sales it may be on; the teams finish what they can of that; sales
--- gain, as far as the effect is true, has not worn off and the servers keep up; the next idea is
--- tested; people review what is shown in sensitive places; the money is counted. Decisions only ever
--- see the test: the true effect stays hidden from them.
--- x: this trial's inputs, p: the settings; scenarios/personalisation.yaml explains each.
-- SPDX-License-Identifier: Apache-2.0

local capacity = require "library.capacity"
local check = require "library.check"
local experiment = require "library.experiment"
local finance = require "library.finance"
local organisation = require "library.organisation"
local refine = require "library.refine"
local review = require "library.review"
local risk = require "library.risk"
local stage = require "library.stage"
local system = require "library.system"
local upkeep = require "library.upkeep"

--- The true effect behind what the pilot measured. Most of what is tested does little, so a measured
--- effect is drawn towards what other tests have found: the posterior of a normal mean (empirical
--- Bayes; Efron & Morris, Journal of the American Statistical Association 70, 1975).
local function shrunk(pilot, others, luck)
  local trust = others.sd ^ 2 / (others.sd ^ 2 + pilot.error ^ 2)
  return others.mean + trust * (pilot.effect - others.mean) + math.sqrt(trust) * pilot.error * luck
end

--- What is gained on all sales when the first `live` of them are personalised. The pilot's category
--- has the pilot's effect; each group after it has one of its own, and suits the common tool less.
local function uplift(groups, x, p, live, effect, fit)
  local gain, from = 0.0, 0.0
  for i, share in ipairs(groups) do
    local own = effect
    if i > 1 then own = (effect + p.spread * x.other[i]) * fit end
    gain = gain + math.max(math.min(live - from, share), 0.0) * own
    from = from + share
  end
  return gain
end

--- The next idea is tested against the present version and kept where the test finds it better.
--- Returns what the test costs; lab.gain adds up the true effects of what was kept.
local function try_next(lab, ideas, p, month)
  local effect = refine.step(lab, ideas, month)
  if effect ~= 0.0 then
    local measured = draw.normal(effect, p.ideas_error, "idea measured", month)
    if measured < p.ideas_keep then refine.undo(lab, effect) end
  end
  return refine.order(lab, ideas, month)
end

--- What is shown in sensitive places is read by a person first; the rest goes out as it is.
local function show(desk, x, p, month, live, carelessness)
  local items, wrong = p.items * live, x.wrong * carelessness
  return review.step(desk, month, {
    review = { decisions = items * p.sensitive, wrong = items * p.sensitive * wrong },
    auto = { decisions = items * (1.0 - p.sensitive), wrong = items * (1.0 - p.sensitive) * wrong },
  })
end

--- Groups have to make up all sales, and the calendar has to name inputs.
local function check_settings(x, p)
  local whole = 0.0
  for _, share in ipairs(p.groups) do whole = whole + share end
  if math.abs(whole - 1.0) > 1e-9 then error("groups must add up to 1, not " .. whole, 2) end
  if #p.calendar ~= 12 then error("calendar must name 12 months, not " .. #p.calendar, 2) end
  for month = 1, 12 do check.number("calendar", x, p.calendar[month], 0, 1) end
end

return function(x, p)
  check_settings(x, p)
  local plan, teams, servers = stage.new(p.plan), organisation.new(p.teams), capacity.new(p.capacity)
  local model, systems = upkeep.new(p.upkeep), system.new { systems = p.systems }
  local register = risk.new { risks = p.risks, months = x.months, mitigate = p.mitigate }
  local desk, ideas = review.new(p.review), refine.new(p.ideas)
  local lab = refine.start(ideas)
  local test = experiment.new { name = "control group", measure = "share", rule = "fixed",
    looks = x.months, group = p.control_group }
  local found, effect = experiment.start(test), shrunk(p.pilot, p.other_tests, x.luck)
  local costs, gains, balance, seen, asked, full_scale = finance.costs(), 0.0, 0.0, {}, 0.0, math.huge
  local cash, personalised, gained = {}, {}, {}
  local pilot, spend = p.groups[1], finance.spend
  local build = organisation.build_cost(teams, x.build, p.teams.units)

  --- A month of work at this share of the sales; returns its money.
  local function work(month, share)
    -- The teams build what the plan has opened: the whole but the pilot is one initiative.
    local more = math.max(share - pilot, 0.0) / (1.0 - pilot)
    local finished, people = organisation.step(teams, math.max(more - asked, 0.0))
    asked = math.max(more, asked)
    local live = math.min(share, pilot + (1.0 - pilot) * teams.delivered)
    if live > 0.999 then full_scale = math.min(full_scale, month) end

    -- Sales of those who are not in the control group gain; where servers fail the plain page is shown.
    local conversion = x[p.calendar[(month - 1) % 12 + 1]]
    local sales = x.sessions * conversion * x.order_value * x.margin
    local asks = x.sessions * live
    local served, hosting = capacity.step(servers, month, asks)
    local upkept = upkeep.step(model, month)
    local learnt = organisation.learn(teams, lab.gain) * live
    local rise = (uplift(p.groups, x, p, live, effect, teams.fit) + learnt) * model.left * served / asks
    experiment.step(found, test, month, conversion, conversion * (1.0 + rise / live))
    seen = { uplift = found.difference / conversion }
    personalised[month], gained[month] = live, rise

    -- What goes wrong.
    local reached, reading = show(desk, x, p, month, live, organisation.errors(teams, p.carelessness))
    local lost, mitigation = risk.step(register, month, live)
    local down = system.step(systems, month, { recommendations = 1.0 + servers.overload })
    local gain = sales * rise * (1.0 - p.control_group / x.sessions) - reached * x.error_cost - lost - down
    gains = gains + gain
    return gain - spend(costs, "build", build * finished) - spend(costs, "run", hosting + people)
      - spend(costs, "support", upkept + mitigation + try_next(lab, ideas, p, month))
      - spend(costs, "review", reading)
  end

  for month = 1, x.months do
    local share = stage.step(plan, month, seen, balance)
    cash[month], personalised[month], gained[month] = 0.0, 0.0, 0.0
    if share > 0.0 then cash[month] = work(month, share) end
    if month == plan.stopped then cash[month] = -spend(costs, "retirement", p.retirement) end
    balance = balance + cash[month]
  end

  local total = finance.total(costs)
  return {
    npv = finance.npv(p.discount_rate, cash), roi = finance.roi(gains, total),
    payback = finance.payback(cash), total_cost = total, peak_funding = finance.peak_funding(cash),
    errors = desk.reached, reviewer_hours = desk.hours, months_over_capacity = servers.months_over,
    full_scale = full_scale, stopped = plan.stopped < math.huge, effect = effect,
    risk = register.amount, cash = cash, personalised = personalised, gained = gained,
  }
end
