--- How the people who build and run AI are organised: one central team, teams in the business units,
--- or a hybrid centre of excellence; as speed, duplication, consistency and cost.
---
--- Source of the three models and of their order: A. Bernard, "Scaling AI Initiatives in
--- E-commerce" (2026), table "Center of Excellence": centralised for early maturity and consistency,
--- decentralised for mature units with needs of their own, hybrid between. It gives no figures: every
--- number below is an assumption that keeps this order; lay your own over it by naming the field.
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

local organisation = {}

--- The presets. All figures are assumptions.
---   central_people   people in the central team
---   people_per_unit  people in each business unit
---   speed            work done by a person in a month, once units know their trade (1: centralised)
---   own_work         the share of the work that units do themselves, at the speed of their maturity
---   duplication      share of a build's cost that each further unit spends again
---   consistency      0 to 1: how far every unit works by the common standards and best practices
---   sharing          0 to 1: how much of what one unit learns reaches the others
---   fit              share of a solution's value that is left by how well it suits a unit's needs
--- organisation.presets.hybrid.duplication is 0.2
organisation.presets = {
  centralised = { central_people = 6, people_per_unit = 0.5, speed = 1.0, own_work = 0.1,
    duplication = 0.05, consistency = 0.9, sharing = 0.8, fit = 0.85 },
  decentralised = { central_people = 0, people_per_unit = 3, speed = 1.6, own_work = 0.9,
    duplication = 0.6, consistency = 0.5, sharing = 0.2, fit = 1.0 },
  hybrid = { central_people = 3, people_per_unit = 1.5, speed = 1.3, own_work = 0.5,
    duplication = 0.2, consistency = 0.75, sharing = 0.7, fit = 0.95 },
}

local known = { "model", "units", "maturity", "person_months", "cost_per_person", "central_people",
  "people_per_unit", "speed", "own_work", "duplication", "consistency", "sharing", "fit" }
local fields = { "central_people", "people_per_unit", "speed", "own_work", "duplication",
  "consistency", "sharing", "fit" }
local is_share = { own_work = true, consistency = true, sharing = true, fit = true }

--- An organisation with nothing to do yet.
---   model           "centralised", "decentralised" or "hybrid"
---   units           business units that it serves
---   maturity        0 to 1: how well units do their own work; 0 is not at all
---   person_months   work that one initiative takes, at speed 1
---   cost_per_person money a month, all included
---   and any field of the presets
--- organisation.new { model = "hybrid", units = 4, maturity = 0, person_months = 9, cost_per_person = 8e3 }
function organisation.new(terms)
  check.fields("organisation", terms, known)
  local model = check.word("organisation", terms, "model", { "centralised", "decentralised", "hybrid" })
  local preset = organisation.presets[model]
  local state = {
    model = model,
    units = check.number("organisation", terms, "units", 1, 1e6),
    maturity = check.number("organisation", terms, "maturity", 0, 1),
    person_months = check.number("organisation", terms, "person_months", 1e-3, math.huge),
    cost_per_person = check.number("organisation", terms, "cost_per_person", 0, math.huge),
    waiting = 0.0, delay = 0.0, delivered = 0.0, cost = 0.0,
  }
  for _, field in ipairs(fields) do
    local most = is_share[field] and 1 or math.huge
    state[field] = check.number("organisation", terms, field, 0, most, preset[field])
  end
  state.people = state.central_people + state.people_per_unit * state.units
  return state
end

--- Initiatives that the organisation finishes in a month at full work. What units do themselves goes
--- at the speed of their maturity, so a young organisation is faster with a central team.
--- organisation.rate(coe)
function organisation.rate(state)
  local pace = state.speed * (1.0 - state.own_work * (1.0 - state.maturity))
  return state.people * pace / state.person_months
end

--- A month in which `asked` more initiatives (may be a fraction) are wanted. Returns how many are
--- finished and what the people cost. In the state: waiting (not finished yet), delay (months until
--- the last of them is), delivered and cost so far.
--- local finished, cost = organisation.step(coe, 0.5)
function organisation.step(state, asked)
  local rate = organisation.rate(state)
  local waiting = state.waiting + asked
  local finished = math.min(waiting, rate)
  local cost = state.people * state.cost_per_person
  state.waiting, state.delay = waiting - finished, (waiting - finished) / rate
  state.delivered, state.cost = state.delivered + finished, state.cost + cost
  return finished, cost
end

--- What it costs to build for `units` units what costs `cost` for one: the rest build part of it again.
--- organisation.build_cost(coe, 100000, 4) is 160000 with a duplication of 0.2
function organisation.build_cost(state, cost, units)
  return cost * (1.0 + state.duplication * (units - 1))
end

--- The factor on errors: `worst` is what they would be with no standards at all (1.5: half more).
--- organisation.errors(coe, 1.5) is 1.125 with a consistency of 0.75
function organisation.errors(state, worst)
  return 1.0 + (worst - 1.0) * (1.0 - state.consistency)
end

--- A gain found in one unit, on average over all units: the others get what is shared.
--- organisation.learn(coe, 0.04) is 0.031 with four units and a sharing of 0.7
function organisation.learn(state, gain)
  return gain * (1.0 + state.sharing * (state.units - 1)) / state.units
end

return organisation
