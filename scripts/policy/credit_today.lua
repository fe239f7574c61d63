--- Credit lines as they are renewed today, without a score: whoever paid late is looked at by a person, and so
--- is every large line. What credit.lua is compared with.
---
---   d.months_late       months that the last payment is late; 0 and below: not late
---   d.credit_limit_ntd  the line, NT dollars
---   p.limit_ntd         lines above it are looked at, NT dollars
-- SPDX-License-Identifier: Apache-2.0

return function(d, p)
  if d.months_late > 0 then return "review", "late" end
  if d.credit_limit_ntd > p.limit_ntd then return "exception", "large line" end
  return "auto"
end
