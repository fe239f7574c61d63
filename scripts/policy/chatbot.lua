--- A support chatbot's answers: when a person takes part.
---
---   d.topic             "account", "card", "transfer", "complaint", "hardship", "legal"
---   d.asks_for_human    true: the customer asked for a person
---   d.turns             whole number: answers that the bot already gave in this conversation
---   d.confidence        how sure the bot is of what is asked, from 0 to 1
---   d.upset             how upset the customer sounds, from 0 (calm) to 1
---   p.most_turns        whole number; from this many on the bot does not get further alone
---   p.confidence_limit  surer than this, or an agent takes over
---   p.upset_limit       more upset than this, and an agent takes over
--- review: an agent approves the answer before it is sent; exception: an agent takes over; collaborate: agent
--- and bot work on it together, with the customer.
-- SPDX-License-Identifier: Apache-2.0

return function(d, p)
  if d.turns >= p.most_turns then return "collaborate", "going round in circles" end
  if d.topic == "hardship" or d.topic == "legal" then return "review", "never answered unseen" end
  if d.asks_for_human then return "exception", "asked for a person" end
  if d.upset > p.upset_limit then return "exception", "upset customer" end
  if d.confidence < p.confidence_limit then return "exception", "bot not sure" end
  return "auto"
end
