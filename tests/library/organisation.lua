--- One organisation that is asked for initiatives every month.
-- SPDX-License-Identifier: Apache-2.0
local organisation = require "library.organisation"

return function(x, p)
  local coe = organisation.new {
    model = p.model, units = p.units, maturity = x.maturity, person_months = 24,
    cost_per_person = 9000, duplication = p.duplication,
  }
  for _ = 1, p.months do organisation.step(coe, p.asked) end
  return {
    delivered = coe.delivered, waiting = coe.waiting, delay = coe.delay, cost = coe.cost,
    build = organisation.build_cost(coe, 100000, p.units), errors = organisation.errors(coe, 1.5),
    learnt = organisation.learn(coe, 0.04), people = coe.people,
  }
end
