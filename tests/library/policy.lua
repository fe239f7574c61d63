--- Fraud alerts: who decides before an account is blocked.
-- SPDX-License-Identifier: Apache-2.0
return function(d, p)
  if d.segment == "vip" and d.action == "block" then return "review", "high-value account" end
  if d.score > p.score_limit or d.amount > p.amount_limit then return "exception", "over the limit" end
  if d.novel then return "collaborate", "outside what the model has seen" end
  return "auto"
end
