--- Chatbot answers: every rule of chatbot.lua, each limit from both sides, and which rule goes first.
-- SPDX-License-Identifier: Apache-2.0

local usual = { topic = "card", asks_for_human = false, turns = 1, confidence = 0.93, upset = 0.1 }

--- The usual decision with other values for some fields.
local function but(changes)
  local d = {}
  for field, value in pairs(usual) do d[field] = value end
  for field, value in pairs(changes) do d[field] = value end
  return d
end

return {
  policy = "../../scenarios/policy_chatbot.yaml",
  cases = {
    { name = "a plain question", d = usual, level = "auto" },
    { name = "a complaint in good humour", d = but { topic = "complaint" }, level = "auto" },
    { name = "hardship", d = but { topic = "hardship", confidence = 1.0 },
      level = "review", reason = "never answered unseen" },
    { name = "a legal matter", d = but { topic = "legal" },
      level = "review", reason = "never answered unseen" },
    { name = "a person is asked for", d = but { asks_for_human = true },
      level = "exception", reason = "asked for a person" },
    { name = "a person is asked for in hardship", d = but { asks_for_human = true, topic = "hardship" },
      level = "review", reason = "never answered unseen" },
    { name = "an upset customer", d = but { upset = 0.51 }, level = "exception", reason = "upset customer" },
    { name = "upset at the limit", d = but { upset = 0.5 }, level = "auto" },
    { name = "an unsure bot", d = but { confidence = 0.59 }, level = "exception", reason = "bot not sure" },
    { name = "confidence at the limit", d = but { confidence = 0.6 }, level = "auto" },
    { name = "the fourth answer", d = but { turns = 4 },
      level = "collaborate", reason = "going round in circles" },
    { name = "the third answer", d = but { turns = 3 }, level = "auto" },
    { name = "a long legal matter", d = but { turns = 9, topic = "legal" },
      level = "collaborate", reason = "going round in circles" },
    { name = "the first question", d = but { turns = 0 }, level = "auto" },
  },
}
