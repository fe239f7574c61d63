--- A desk of reviewers for a while, and a policy that decides what lands on it.
-- SPDX-License-Identifier: Apache-2.0
local review = require "library.review"
local policy = require "policy"

local function is_wrong(d, p)
  return d.score < p.wrong_below
end

--- Forty alerts, as drawn.
local function alerts()
  local list = {}
  for i = 1, 40 do
    list[i] = {
      segment = draw.bernoulli(0.25, "segment", i) and "vip" or "new",
      action = draw.bernoulli(0.5, "action", i) and "block" or "pass",
      score = draw.uniform(0, 1, "score", i), amount = draw.uniform(0, 1, "amount", i),
      novel = draw.bernoulli(0.3, "novel", i),
    }
  end
  return list
end

return function(x, p)
  local desk = review.new { levels = p.levels, reviewers = p.reviewers, days = 20, overload = p.overload }
  local load, sent, wrong = p.load, {}, {}
  if p.route then load = review.route(policy, p, alerts(), 1000, is_wrong) end
  for name, part in pairs(load) do sent[name], wrong[name] = part.decisions, part.wrong end
  for month = 1, p.months do review.step(desk, month, load) end
  local waits, wait = review.wait(10, 8.0)
  local _, answered = review.wait(14, 10.0)
  return {
    reached = desk.reached, caught = desk.caught, disturbed = desk.disturbed, hours = desk.hours,
    cost = desk.cost, paid = desk.paid, utilisation = desk.utilisation, factor = desk.catch_factor,
    backlog = desk.backlog_hours, delay = desk.delay_days, sent = sent, wrong = wrong,
    waits = waits, wait = wait, answered = answered * 180,
  }
end
