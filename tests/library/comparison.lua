--- Known values of the tests and sample sizes of experiment.
-- SPDX-License-Identifier: Apache-2.0
local experiment = require "library.experiment"

return function(x, p)
  local zero = x.u - x.u
  local out = {
    size = experiment.sample_size(0.01 + zero, 0.011, 0.8), size_strict = experiment.sample_size(0.3 + zero, 0.25, 0.9, 0.01),
    power = experiment.power(0.01 + zero, 0.011, 163094.617498142), power_small = experiment.power(0.3 + zero, 0.25, 400),
    clicks = experiment.two_proportions(2033 + zero, 17293, 1945, 17260),
    visits = experiment.two_proportions(1116 + zero, 10653, 3238, 21387, 0.99),
    plain = experiment.welch({ mean = 10, sd = 2, n = 30 }, { mean = 11 + zero, sd = 3, n = 40 }),
    small = experiment.welch({ mean = 3.5 + zero, sd = 0.7, n = 5 }, { mean = 2.1, sd = 2.4, n = 9 }, 0.9),
    spend = experiment.welch({ mean = 0.65743, sd = 11.0008, n = 10653 }, { mean = 1.0772 + zero, sd = 15.1161, n = 21387 }),
    interval = experiment.welch({ mean = 0, sd = 1.1, n = 100 }, { mean = 0.29 + zero, sd = 1.8, n = 1000 }),
    bound = experiment.bounds("pocock", 4, 0.05)[1],
    bound_last = experiment.bounds("obrien_fleming", 4, 0.05)[4], bound_first = experiment.bounds("obrien_fleming", 4, 0.05)[1],
  }
  local looks = {}
  for n = 1, 10 do
    for a, alpha in ipairs{ 0.01, 0.05, 0.1 } do
      looks["pocock_" .. a .. "_" .. n] = experiment.bounds("pocock", n, alpha)[n]
      looks["fleming_" .. a .. "_" .. n] = experiment.bounds("obrien_fleming", n, alpha)[n]
    end
  end
  out.looks = looks
  return out
end
