--- A rollout that does nothing but follow its plan: each month it sees one noisy estimate.
-- SPDX-License-Identifier: Apache-2.0
local stage = require "library.stage"

return function(x, p)
  local plan = stage.new(p.plan)
  local seen, balance, share_months, words = {}, 0.0, 0.0, {}
  for month = 1, p.months do
    local share = stage.step(plan, month, seen, balance)
    seen = { accuracy = draw.normal(x.accuracy, p.error, "audit", month) }
    balance = balance - p.loss * share
    share_months = share_months + share
    words[month] = plan.decision
  end
  return {
    at = plan.at, full_scale = plan.full_scale, stopped = plan.stopped, held = plan.months_held,
    lost = plan.months_lost, rolled_back = plan.rolled_back, share_months = share_months,
    gone = plan.stopped < math.huge, words = words,
  }
end
