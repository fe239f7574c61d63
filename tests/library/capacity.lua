--- One resource under a demand that grows by `growth` a month.
-- SPDX-License-Identifier: Apache-2.0
local capacity = require "library.capacity"

return function(x, p)
  local gpu = capacity.new(p.gpu)
  local units, served_so_far = {}, 0.0
  for month = 1, p.months do
    local served = capacity.step(gpu, month, p.demand + p.growth * month)
    units[month] = gpu.units
    served_so_far = served_so_far + served
  end
  return {
    units = units, served = served_so_far, lost = gpu.lost, backlog = gpu.backlog, delay = gpu.delay,
    over = gpu.months_over, failed = gpu.months_failed, strain = gpu.strain, cost = gpu.cost,
    early = units[4] > units[3],
  }
end
