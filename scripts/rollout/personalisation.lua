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

--- Groups have to make up all sales, the calendar has to name inputs, and the test needs as many
--- people as it asks for, in the pilot already.
local function check_settings(x, p)
  local whole = 0.0
  for _, share in ipairs(p.groups) do whole = whole + share end
  if math.abs(whole - 1.0) > 1e-9 then error("groups must add up to 1, not " .. whole, 2) end
  check.number("sessions in the pilot's category", p, "control_group", 1, x.sessions * p.groups[1])
  if #p.calendar ~= 12 then error("calendar must name 12 months, not " .. #p.calendar, 2) end
  for month = 1, 12 do check.number("calendar", x, p.calendar[month], 0, 1) end
end

--- All that a trial keeps, before month 1.
local function start(x, p)
  local teams = organisation.new(p.teams)
  local test = experiment.new { name = "control group", measure = "share", rule = "fixed",
    looks = x.months, group = p.control_group }
  return {
    plan = stage.new(p.plan), teams = teams, servers = capacity.new(p.capacity),
    build = organisation.build_cost(teams, x.build, p.teams.units), asked = 0.0,
    effect = shrunk(p.pilot, p.other_tests, x.luck), model = upkeep.new(p.upkeep),
    test = test, found = experiment.start(test), ideas = refine.new(p.ideas), lab = refine.start(p.ideas),
    desk = review.new(p.review), systems = system.new { systems = p.systems },
    register = risk.new { risks = p.risks, months = x.months, mitigate = p.mitigate },
    costs = finance.costs(), gains = 0.0, amends = 0.0, full_scale = math.huge,
    seen = {}, cash = {}, personalised = {}, gained = {},
  }
end

--- The teams build what the plan has opened: all but the pilot's category is one initiative. Returns
--- the share that is live, and what it cost to get there: building, and people.
local function extend(t, p, month, share)
  local pilot = p.groups[1]
  local opened = math.max(share - pilot, 0.0) / (1.0 - pilot)
  local finished, people = organisation.step(t.teams, math.max(opened - t.asked, 0.0))
  t.asked = math.max(opened, t.asked)
  local live = math.min(share, pilot + (1.0 - pilot) * t.teams.delivered)
  if live > 0.999 then t.full_scale = math.min(t.full_scale, month) end
  return live, t.build * finished, people
end

--- By how much sales rise this month, as a share of all; where servers fail the plain page is shown.
--- The test sees it, with noise, on those who are personalised; what it has found is relative to the
--- control group over all its months, as some months sell far more than others.
local function sell(t, x, p, month, live, served)
  local conversion = x[p.calendar[(month - 1) % 12 + 1]]
  local learnt = organisation.learn(t.teams, t.lab.gain) * live
  local rise = (uplift(p.groups, x, p, live, t.effect, t.teams.fit) + learnt) * t.model.left * served
  experiment.step(t.found, t.test, month, conversion, conversion * (1.0 + rise / live))
  t.seen = { uplift = t.found.treated / t.found.control - 1.0 }
  t.personalised[month], t.gained[month] = live, rise
  return x.sessions * conversion * x.order_value * x.margin * rise
end

--- A month of work at this share of the sales; returns its money.
local function work(t, x, p, month, share)
  local live, built, people = extend(t, p, month, share)
  local asks = x.sessions * live
  local served, hosting = capacity.step(t.servers, month, asks)
  local upkept = upkeep.step(t.model, month)
  local sold = sell(t, x, p, month, live, served / asks)

  local reached, reading = show(t.desk, x, p, month, live, organisation.errors(t.teams, p.carelessness))
  local lost, mitigation = risk.step(t.register, month, live)
  local down = system.step(t.systems, month, { recommendations = 1.0 + t.servers.overload })
  -- Those in the control group buy as before.
  local amends = reached * x.error_cost
  local gain = sold * (1.0 - p.control_group / x.sessions) - amends - lost - down
  t.gains, t.amends = t.gains + gain, t.amends + amends

  local spend, costs = finance.spend, t.costs
  return gain - spend(costs, "build", built) - spend(costs, "run", hosting + people)
    - spend(costs, "support", upkept + mitigation + try_next(t.lab, t.ideas, p, month))
    - spend(costs, "review", reading)
end

return function(x, p)
  check_settings(x, p)
  local t, balance = start(x, p), 0.0
  for month = 1, x.months do
    local share = stage.step(t.plan, month, t.seen, balance)
    local cash = 0.0
    t.personalised[month], t.gained[month] = 0.0, 0.0
    if share > 0.0 then cash = work(t, x, p, month, share) end
    if month == t.plan.stopped then cash = -finance.spend(t.costs, "retirement", p.retirement) end
    t.cash[month], balance = cash, balance + cash
  end

  local total, losses = finance.total(t.costs), t.register.amount
  losses.wrong_items, losses.systems_down = t.amends, t.systems.cost
  return {
    npv = finance.npv(p.discount_rate, t.cash), roi = finance.roi(t.gains, total),
    payback = finance.payback(t.cash), total_cost = total, peak_funding = finance.peak_funding(t.cash),
    errors = t.desk.reached, reviewer_hours = t.desk.hours, months_over_capacity = t.servers.months_over,
    full_scale = t.full_scale, stopped = t.plan.stopped < math.huge, effect = t.effect,
    risk = losses, inherent = t.register.inherent, mitigation = t.register.spent,
    good = t.effect >= p.good, -- what no gate sees
    turned_back = t.plan.rolled_back + (t.plan.stopped < math.huge and 1 or 0),
    months_lost = t.plan.months_lost, cash = t.cash, personalised = t.personalised, gained = t.gained,
  }
end
