--- A vendor whose price changes at each renewal, and whom it costs more and more to leave.
---
--- Draws are named after the vendor: "vendor NAME price" at each renewal, "vendor NAME ends".
--- The rule to leave is the plain one of a planner: at a renewal, if what is saved in the months
--- counted is more than what leaving costs. It is an option (may_switch), not an obligation.
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

local vendor = {}

local fields = { "name", "price", "monthly", "contract_months", "change", "switching_cost", "lock_in",
  "portable", "switching_months", "alternative", "may_switch", "counted_months", "ends" }

--- A contract before month 1. Money and shares; all defaults are assumptions.
---   price, monthly    for each unit of volume, and fixed, a month (0)
---   contract_months   months between renewals (12)
---   change            share by which both prices change at a renewal: a number or a distribution (0)
---   switching_cost    what leaving would cost at the start (0)
---   lock_in           share of it that each month of use adds (0): data, skills, habits
---   portable          share of the whole that a modular architecture saves (0)
---   switching_months  in which both vendors are paid; without service after the vendor ended (0)
---   alternative       { price, monthly } of the next vendor; its prices change like the first's,
---                     once it is taken
---   may_switch        whether the option to leave is there (true); after the vendor ended it must be
---   counted_months    months of saving that are set against the cost of leaving (24)
---   ends              chance a month that the vendor ends the service (0)
--- vendor.new { name = "model", price = 0.02, change = p.rise, alternative = { price = 0.015 } }
function vendor.new(terms)
  check.fields("vendor", terms, fields)
  local what = "vendor \"" .. check.name("vendor", terms) .. "\""
  local other = terms.alternative or { price = math.huge, monthly = 0.0 }
  check.fields(what .. "'s alternative", other, { "price", "monthly" })
  if type(terms.change) ~= "table" and type(terms.change) ~= "string" then
    check.number(what, terms, "change", -1, math.huge, 0.0)
  end
  if (terms.ends or 0) > 0 and terms.alternative == nil then
    error(what .. ": it may end, so there must be an alternative", 2)
  end
  return {
    name = terms.name, change = terms.change or 0.0,
    price = check.number(what, terms, "price", 0, math.huge, 0.0),
    monthly = check.number(what, terms, "monthly", 0, math.huge, 0.0),
    contract_months = check.number(what, terms, "contract_months", 1, math.huge, 12),
    switching_cost = check.number(what, terms, "switching_cost", 0, math.huge, 0.0),
    lock_in = check.number(what, terms, "lock_in", 0, math.huge, 0.0),
    portable = check.number(what, terms, "portable", 0, 1, 0.0),
    switching_months = check.number(what, terms, "switching_months", 0, math.huge, 0),
    other_price = check.number(what .. "'s alternative", other, "price", 0, math.huge),
    other_monthly = check.number(what .. "'s alternative", other, "monthly", 0, math.huge, 0.0),
    may_switch = check.flag(what, terms, "may_switch", true) and terms.alternative ~= nil,
    counted_months = check.number(what, terms, "counted_months", 0, math.huge, 24),
    ends = check.number(what, terms, "ends", 0, 1, 0.0),
    used_months = 0, switched = math.huge, ended = math.huge, is_served = true, cost = 0.0,
    old_price = 0.0, old_monthly = 0.0,
  }
end

--- What leaving would cost now: it grows with each month of use, less what is portable.
--- vendor.exit_cost(contract)
function vendor.exit_cost(state)
  return state.switching_cost * (1.0 + state.lock_in * state.used_months) * (1.0 - state.portable)
end

local function renew(state, month)
  local change = state.change
  if type(change) ~= "number" then
    change = math.max(draw.from(change, "vendor " .. state.name .. " price", month), -1.0)
  end
  state.price, state.monthly = state.price * (1.0 + change), state.monthly * (1.0 + change)
end

--- Whether leaving pays: the saving counted against the cost of leaving and of paying twice.
local function pays(state, volume)
  local now = state.price * volume + state.monthly
  local later = state.other_price * volume + state.other_monthly
  local twice = later * state.switching_months
  return (now - later) * state.counted_months > vendor.exit_cost(state) + twice
end

--- A month with this volume; returns what it costs. In the state: price, monthly, switched and ended
--- (the month; math.huge: never), is_served (false while there is no vendor), cost so far.
--- local cost = vendor.step(contract, month, queries)
function vendor.step(state, month, volume)
  local is_first, cost = state.switched == math.huge, 0.0
  local is_renewal = month > 1 and (month - 1) % state.contract_months == 0
  if is_renewal then renew(state, month) end
  local ends = state.ends > 0 and is_first
    and draw.bernoulli(state.ends, "vendor " .. state.name .. " ends", month)
  if ends or is_renewal and state.may_switch and is_first and pays(state, volume) then
    cost = vendor.exit_cost(state)
    if ends then state.ended = month end
    state.old_price, state.old_monthly, state.switched = state.price, state.monthly, month
    state.price, state.monthly, state.used_months = state.other_price, state.other_monthly, 0
  end

  local is_moving = month - state.switched < state.switching_months and state.switched < math.huge
  state.is_served = not (is_moving and state.ended < math.huge)
  if state.is_served then
    cost = cost + state.price * volume + state.monthly
    if is_moving then cost = cost + state.old_price * volume + state.old_monthly end
  end
  state.used_months = state.used_months + 1
  state.cost = state.cost + cost
  return cost
end

return vendor
