--- What the gates decide when nothing, or something, is there.
-- SPDX-License-Identifier: Apache-2.0
local experiment = require "library.experiment"

return function(x, p)
  local out = {}
  -- A difference of `drift` standard errors of one month's data.
  local mean = experiment.new{ name = "mean", measure = "mean", sd = 3, rule = p.rule, looks = p.looks, group = 200 }
  local share = experiment.new{ name = "share", measure = "share", rule = p.rule, looks = p.looks, group = 5000 }
  local means, shares = experiment.start(mean), experiment.start(share)
  local shift = p.drift * math.sqrt(2.0 * 0.2 * 0.8 / 5000)
  for month = 3, 12 do
    experiment.step(means, mean, month, 10.0, 10.0 + p.drift * math.sqrt(2.0 * 9.0 / 200))
    experiment.step(shares, share, month, 0.2 - 0.5 * shift, 0.2 + 0.5 * shift)
  end
  out.found = means.decision ~= "no difference"
  out.better, out.months = means.decision == "better", means.looks
  out.decision, out.decided = means.decision, means.decision ~= "continue"
  out.share_found, out.difference = shares.decision ~= "no difference", shares.difference
  return out
end
