--- Runs the cases of a policy's test file (both beside this file, as subject.lua and subject_test.lua) with the
--- settings of its scenario: how many there are, and the first that is not answered as it should be.
-- SPDX-License-Identifier: Apache-2.0
local policy, test = require "subject", require "subject_test"

return function(_, p)
  local out = { cases = #test.cases, wrong = "none" }
  for _, case in ipairs(test.cases) do
    local level, reason = policy(case.d, p)
    if (level ~= case.level or reason ~= case.reason) and out.wrong == "none" then
      out.wrong = case.name .. ": " .. tostring(level) .. " - " .. tostring(reason)
    end
  end
  return out
end
