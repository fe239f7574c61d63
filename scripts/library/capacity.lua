--- Infrastructure or staff that comes in steps, after a lead time: what is ordered, when it arrives,
--- and what happens to the service when more is asked than there is.
---
--- Units are servers, licences or people; what one of them does in a month is in whatever the demand
--- is in (queries, hours of review). Where several resources are needed, make one record for each
--- and take the least that is served. Draws are named after the resource ("capacity gpu lead").
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

local capacity = {}

local fields = { "name", "units", "per_unit", "lead_months", "most", "headroom", "funded", "planned",
  "order_cost", "monthly_cost", "leaving", "overload", "harm", "failure" }

local function is_distribution(value)
  return type(value) == "table" or type(value) == "string"
end

--- A resource before month 1.
---   name, units    what it is, and how many there are at the start
---   per_unit       what one unit does in a month
---   lead_months    from order to work (training included): a number or a distribution, rounded up;
---                  demand orders at a month's end, so at the least it waits for the next
---   planned        orders placed whatever the demand: list of { month, units }
---   headroom       units are also ordered for this times the month's demand (0: never; 1), one
---                  such order at a time, of at most `most` units
---   funded         the share of what is missing that is ordered (1): less is under-resourcing
---   leaving        share of the units that leaves each month (0): attrition of staff
---   order_cost, monthly_cost   money for a unit when ordered, and each month that it is there (0)
---   overload       what happens to demand beyond capacity: "lost" (turned away; the default),
---                  "waits" (served in later months: delay) or "degrades" (all is served, worse)
---   harm           extra errors at twice the capacity, as a share of the usual ones (0)
---   failure        { probability, lost }: chance a month that a part of the capacity is lost, such
---                  as a data pipeline that stops; lost: the share (a number or a distribution)
--- capacity.new { name = "gpu", units = 1, per_unit = 20000, lead_months = 3, monthly_cost = 4000 }
function capacity.new(terms)
  check.fields("capacity", terms, fields)
  local what = "capacity \"" .. check.name("capacity", terms) .. "\""
  local failure, planned = terms.failure or { probability = 0.0, lost = 0.0 }, {}
  check.fields(what .. "'s failure", failure, { "probability", "lost" })
  check.number(what .. "'s failure", failure, "probability", 0, 1)
  if not is_distribution(failure.lost) then check.number(what .. "'s failure", failure, "lost", 0, 1) end
  if not is_distribution(terms.lead_months) then check.number(what, terms, "lead_months", 0, 1200) end
  for i, order in ipairs(check.list(what, terms, "planned", {})) do
    check.fields(what .. ": planned order " .. i, order, { "month", "units" })
    check.number(what .. ": planned order " .. i, order, "month", 1, math.huge)
    check.number(what .. ": planned order " .. i, order, "units", 0, math.huge)
    planned[i] = { month = order.month, units = order.units, arrives = math.huge }
  end
  check.number(what, terms, "per_unit", 0, math.huge)
  if terms.per_unit == 0 then error(what .. ": per_unit must be above 0", 2) end
  return {
    name = terms.name, per_unit = terms.per_unit,
    units = check.number(what, terms, "units", 0, math.huge),
    lead_months = terms.lead_months, planned = planned,
    headroom = check.number(what, terms, "headroom", 0, math.huge, 1.0),
    most = check.number(what, terms, "most", 0, math.huge, math.huge),
    funded = check.number(what, terms, "funded", 0, 1, 1.0),
    leaving = check.number(what, terms, "leaving", 0, 1, 0.0),
    order_cost = check.number(what, terms, "order_cost", 0, math.huge, 0.0),
    monthly_cost = check.number(what, terms, "monthly_cost", 0, math.huge, 0.0),
    harm = check.number(what, terms, "harm", 0, math.huge, 0.0),
    overload_rule = check.word(what, terms, "overload", { "lost", "waits", "degrades" }, "lost"),
    failure = failure,
    order = { units = 0, arrives = 0 }, -- the one that demand has called for
    available = 0.0, served = 0.0, overload = 0.0, strain = 1.0, backlog = 0.0, delay = 0.0,
    lost = 0.0, cost = 0.0, months_over = 0, months_failed = 0,
  }
end

local function lead_of(state, month)
  if not is_distribution(state.lead_months) then return math.ceil(state.lead_months) end
  return math.ceil(draw.from(state.lead_months, "capacity " .. state.name .. " lead", month))
end

--- The share of the capacity that the month's failure leaves.
local function what_works(state, month)
  local failure, left = state.failure, 1.0
  if failure.probability == 0 then return left end
  if draw.bernoulli(failure.probability, "capacity " .. state.name .. " failure", month) then
    local lost = failure.lost
    if is_distribution(lost) then
      lost = draw.from(lost, "capacity " .. state.name .. " lost", month)
    end
    left = 1.0 - math.min(math.max(lost, 0.0), 1.0)
    state.months_failed = state.months_failed + 1
  end
  return left
end

--- Units leave and arrive. Returns how many planned ones are still on their way.
local function receive(state, month)
  local coming = 0
  state.units = state.units * (1.0 - state.leaving)
  for _, order in ipairs(state.planned) do
    if month == order.month then order.arrives = month + lead_of(state, month) end
    if month == order.arrives then state.units = state.units + order.units end
    if month >= order.month and month < order.arrives then coming = coming + order.units end
  end
  if month == state.order.arrives then state.units = state.units + state.order.units end
  return coming
end

--- Orders what the demand has shown to be missing, unless an order is under way; returns the units.
local function place_order(state, month, demand, coming)
  local missing = demand * state.headroom / state.per_unit - state.units - coming
  local units = math.min(math.ceil(missing * state.funded), state.most)
  if month < state.order.arrives or units <= 0 then return 0 end
  state.order.units, state.order.arrives = units, month + math.max(lead_of(state, month), 1)
  return units
end

--- A month with this demand: what was ordered arrives, the month is served, more is ordered.
--- Returns what is served and what it costs. In the state, of this month: units, available
--- (capacity), overload (demand beyond it, as a share of it), strain (the factor on errors), backlog
--- (still waiting), delay (months that the backlog takes to clear); so far: lost (demand turned
--- away), months_over, months_failed, cost.
--- local served, cost = capacity.step(gpu, month, queries)
function capacity.step(state, month, demand)
  local coming = receive(state, month)
  local available = state.units * state.per_unit * what_works(state, month)
  local asked = demand + state.backlog
  local beyond = math.max(asked - available, 0.0)
  local served = asked - beyond
  local months_beyond = beyond / math.max(available, state.per_unit) -- nothing left counts as one unit
  state.available, state.overload = available, months_beyond
  if beyond > 0.0 then state.months_over = state.months_over + 1 end
  state.strain = 1.0 + state.harm * state.overload
  if state.overload_rule == "lost" then
    state.lost = state.lost + beyond
  elseif state.overload_rule == "waits" then
    state.backlog, state.delay = beyond, months_beyond
  else
    served = asked
  end

  local cost = state.units * state.monthly_cost
    + place_order(state, month, demand, coming) * state.order_cost
  for _, order in ipairs(state.planned) do
    if month == order.month then cost = cost + order.units * state.order_cost end
  end
  state.served, state.cost = served, state.cost + cost
  return served, cost
end

return capacity
