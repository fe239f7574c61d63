--- A trial is one decision: what the policy beside this file (subject.lua) answers to it. The fields
--- `p.drawn` are this trial's inputs, `p.recorded` are columns of a row. No answer is "nothing".
-- SPDX-License-Identifier: Apache-2.0
local policy = require "subject"

return function(x, p)
  local d = {}
  for _, field in ipairs(p.drawn) do d[field] = x[field] end
  for _, field in ipairs(p.recorded) do d[field] = x.row[field] end
  local level, reason = policy(d, p)
  return { level = level or "nothing", reason = reason or "none" }
end
