--- Fraud alerts: who decides before a payment is held or an account is blocked.
---
---   d.action            what is proposed: "hold" this payment until the customer confirms it, or "block"
---   d.segment           "private", "business", "vip"
---   d.score             probability of fraud that the model gives, from 0 to 1
---   d.amount            the payment, EUR
---   d.balance           what the customer keeps with the bank, EUR
---   d.novel             true: a pattern that the model was not fitted on
---   p.score_limit       surer than this, or a person looks
---   p.amount_limit      EUR; payments above it are looked at
---   p.balance_limit     EUR; no account above it is blocked by a machine alone
--- A hold is undone in a minute, a block is not: rules on who the customer is are about blocks.
-- SPDX-License-Identifier: Apache-2.0

return function(d, p)
  if d.novel then return "collaborate", "outside what the model has seen" end
  if d.action == "block" and d.segment == "vip" then return "review", "high-value account" end
  if d.action == "block" and d.balance > p.balance_limit then return "exception", "large balance" end
  if d.amount > p.amount_limit then return "exception", "over the limit" end
  if d.score < p.score_limit then return "exception", "not sure enough" end
  return "auto"
end
