--- The benchmark's policy: who decides on one answer of an assistant, and what that costs. Four rules; the
--- first that holds counts.
-- SPDX-License-Identifier: Apache-2.0

local function level_of(d, p)
  if d.segment == "vip" and d.topic == "block card" then return "review" end
  if d.doubt > p.doubt_limit or d.amount > p.amount_limit then return "exception" end
  if d.novel then return "collaborate" end
  return "auto"
end
return function(d, p)
  local level = level_of(d, p)
  local missed, minutes = 1.0, 0.0
  if level == "review" then missed, minutes = p.review.missed, p.review.minutes
  elseif level == "exception" then missed, minutes = p.exception.missed, p.exception.minutes
  elseif level == "collaborate" then missed, minutes = p.collaborate.missed, p.collaborate.minutes end
  local wrong = draw.bernoulli(d.doubt * missed, "wrong")
  local loss = minutes * p.cost_per_minute
  if wrong then loss = loss + d.amount * p.loss_share end
  return { level = level, loss = loss, wrong = wrong }
end
