--- A register of risks: what may happen, what it costs, who owns it and what mitigation buys.
---
--- A risk is a record such as
---   { name = "outage", owner = "operations", probability = 0.03, impact = p.outage_cost,
---     mitigation = { probability = 0.01, impact = 0.5, cost = 20000, monthly = 500, from = 4 } }
---   name         names its draws; letters, digits and _ where a script returns it as an output
---   probability  that it happens in a month; with once = true, that it happens at all (a month of
---                the register's, each as likely, at most once)
---   impact       money lost each time: a number, or a distribution of the settings
---   owner        who answers for it; a text for the reader
---   mitigation   what is left of it: residual probability (absent: unchanged) and the share of the
---                impact that is left (absent: 1), at a cost once and monthly, working from month
---                `from` (absent: 1); paid from month 1
---
--- Each risk's draws are named after it ("risk outage", "risk outage impact"), so that adding one
--- moves no other. Inherent and residual losses share one draw: what mitigation prevents is
--- prevented in the same trial, and the two can be compared trial by trial.
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

local risk = {}

--- A register before month 1.
---   risks     list of the records above
---   months    horizon, in which a risk with once = true has its month
---   mitigate  true, false (none), or a list of the names of those that are mitigated
--- risk.new { risks = p.risks, months = x.months, mitigate = { "outage" } }
function risk.new(terms)
  check.fields("risk", terms, { "risks", "months", "mitigate" })
  local months = check.number("risk", terms, "months", 1, 1e6, 36)
  local mitigate, known = terms.mitigate or false, {}
  local register = { risks = {}, amount = {}, inherent = {}, residual = {}, happened = {},
    spent = {}, mitigation_cost = 0.0, total = 0.0 }
  for i, r in ipairs(check.list("risk", terms, "risks")) do
    check.fields("risk " .. i, r, { "name", "owner", "probability", "once", "impact", "mitigation" })
    local name = check.name("risk " .. i, r)
    local what = "risk \"" .. name .. "\""
    if known[name] then error(what .. " is there twice; its draws would be the same", 2) end
    known[name] = true
    local kind = type(r.impact)
    if kind ~= "number" and kind ~= "table" and kind ~= "string" then
      error(what .. ": impact must be a number or a distribution, not " .. tostring(r.impact), 2)
    end
    check.number(what, r, "probability", 0, 1)
    local m = r.mitigation or {}
    check.fields(what .. "'s mitigation", m, { "probability", "impact", "cost", "monthly", "from" })
    local entry = {
      name = name, owner = r.owner or "nobody", probability = r.probability, impact = r.impact,
      is_mitigated = mitigate == true and r.mitigation ~= nil,
      left_probability = check.number(what .. "'s mitigation", m, "probability", 0, r.probability,
        r.probability),
      left_impact = check.number(what .. "'s mitigation", m, "impact", 0, math.huge, 1.0),
      cost = check.number(what .. "'s mitigation", m, "cost", 0, math.huge, 0.0),
      monthly = check.number(what .. "'s mitigation", m, "monthly", 0, math.huge, 0.0),
      from = check.number(what .. "'s mitigation", m, "from", 1, math.huge, 1),
    }
    if check.flag(what, r, "once", false) then
      entry.once_in = math.floor(draw.uniform(1, months + 1, "risk " .. name .. " month"))
    end
    register.risks[i] = entry
    register.amount[name], register.inherent[name], register.residual[name] = 0.0, 0.0, 0.0
    register.happened[name], register.spent[name] = 0, 0.0
  end
  if type(mitigate) == "table" then
    for _, name in ipairs(mitigate) do
      if not known[name] then error("risk: mitigate names \"" .. name .. "\", which is not a risk", 2) end
      for _, entry in ipairs(register.risks) do
        if entry.name == name then entry.is_mitigated = true end
      end
    end
  end
  return register
end

--- Whether the risk happens in this month at the given probability. One draw, whatever the
--- probability, so the smaller one's events are some of the larger one's.
local function happens(entry, probability, month)
  if entry.once_in then
    return draw.bernoulli(probability, "risk " .. entry.name, 0) and month == entry.once_in
  end
  return draw.bernoulli(probability, "risk " .. entry.name, month)
end

local function impact_of(entry, month)
  if type(entry.impact) == "number" then return entry.impact end
  return draw.from(entry.impact, "risk " .. entry.name .. " impact", month)
end

--- The month's losses, times `exposure` (1; such as the share rolled out): a number, or a record by
--- risk name. Returns the money lost and the money spent on mitigation. In the register, by name:
--- amount (lost so far), inherent (if nothing were mitigated), residual (if all were), happened (times),
--- spent (on its mitigation; mitigation_cost is all of it). A scenario's `risks` asks for amount, inherent
--- and spent.
--- local lost, spent = risk.step(register, month, share)
function risk.step(register, month, exposure)
  local lost, spent = 0.0, 0.0
  for _, entry in ipairs(register.risks) do
    local name, share = entry.name, exposure or 1.0
    if type(share) == "table" then share = share[name] or 1.0 end
    local is_ready = month >= entry.from
    local inherent, residual = 0.0, 0.0
    if happens(entry, entry.probability, month) then inherent = impact_of(entry, month) * share end
    if not is_ready then
      residual = inherent
    elseif happens(entry, entry.left_probability, month) then
      residual = inherent * entry.left_impact
    end
    local amount = entry.is_mitigated and residual or inherent
    register.inherent[name] = register.inherent[name] + inherent
    register.residual[name] = register.residual[name] + residual
    register.amount[name] = register.amount[name] + amount
    lost = lost + amount
    if amount ~= 0.0 then register.happened[name] = register.happened[name] + 1 end
    if entry.is_mitigated then
      local cost = entry.monthly
      if month == 1 then cost = cost + entry.cost end
      register.spent[name], spent = register.spent[name] + cost, spent + cost
    end
  end
  register.total = register.total + lost
  register.mitigation_cost = register.mitigation_cost + spent
  return lost, spent
end

--- What each owner's risks have cost so far, by name of the owner ("nobody" where none is given).
--- risk.by_owner(register).operations
function risk.by_owner(register)
  local amount = {}
  for _, entry in ipairs(register.risks) do
    amount[entry.owner] = (amount[entry.owner] or 0.0) + register.amount[entry.name]
  end
  return amount
end

return risk
