--- Credit lines that come up for renewal: who decides before the proposal of a score takes effect.
---
---   d.action            what is proposed: "renew" or "refuse"
---   d.score             probability of default that the model gives, from 0 to 1
---   d.credit_limit_ntd  the line, NT dollars
---   d.months_late       months that the last payment is late; 0 and below: not late
---   p.novel_late        months late from which the model has seen next to nobody
---   p.limit_ntd         lines above it are looked at, NT dollars
---   p.score_limit       scores above it are too close to a refusal
--- A refusal is never automatic, whatever the score says. Nothing about the person is read (no sex, no
--- age), though the record has it: the scenario compares the answers by it.
-- SPDX-License-Identifier: Apache-2.0

return function(d, p)
  if d.months_late >= p.novel_late then return "collaborate", "later than the model has seen" end
  if d.action == "refuse" then return "review", "a refusal is never automatic" end
  if d.credit_limit_ntd > p.limit_ntd then return "exception", "large line" end
  if d.score > p.score_limit then return "exception", "default too likely" end
  return "auto"
end
