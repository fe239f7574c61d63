--- One contract over `months` months.
-- SPDX-License-Identifier: Apache-2.0
local vendor = require "library.vendor"

return function(x, p)
  local contract = vendor.new(p.contract)
  local unserved = 0
  for month = 1, p.months do
    vendor.step(contract, month, p.volume)
    if not contract.is_served then unserved = unserved + 1 end
  end
  return {
    cost = contract.cost, price = contract.price, switched = contract.switched,
    stayed = contract.switched == math.huge, unserved = unserved, exit = vendor.exit_cost(contract),
  }
end
