--- Systems that fail and bring each other down.
-- SPDX-License-Identifier: Apache-2.0
local system = require "library.system"

return function(x, p)
  local systems = system.new { systems = p.systems, together = p.together }
  local earned = 0.0
  for month = 1, p.months do
    system.step(systems, month, p.load)
    earned = earned + system.earn(systems, p.worth)
  end
  return {
    down = systems.months_down, spread = systems.spread, outside = systems.outside,
    cost = systems.cost, earned = earned,
  }
end
