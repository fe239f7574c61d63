--- Human review at the levels of a policy: what it loads on people, costs, delays, and catches.
---
--- auto         nobody looks
--- review       a human approves before it takes effect
--- exception    a human steps in on a flag or a threshold
--- collaborate  human and AI work it out together, in rounds
--- A level is { minutes = 4, catches = 0.85, disturbs = 0.02, rounds = 0 }: minutes of work (times
--- 1 + rounds; a number, or a distribution of the month's average), the share of wrong decisions that a
--- rested reviewer finds, and the share of right ones that are overturned. Time is in months here;
--- waits within a day are those of review.wait.
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

local review = {}

review.levels = { "auto", "review", "exception", "collaborate" }

--- Reviewers with nothing on their desks.
---   name       a draw of minutes is named "review NAME LEVEL minutes" ("desk")
---   levels     record of levels by name; auto needs none
---   reviewers  { count, hours_per_day (7), cost_per_hour (0), shrinkage (0: share of the paid time
---              that goes to other things), fatigue (0: share of the catch rate lost with each hour
---              of review on a day) }
---   days       working days a month (21)
---   overload   when there is more than can be done: "waits" (the default), "passes" (what finds no
---              time goes out unseen) or "hurries" (everything is looked at, in less time)
---   hurry      catch rate lost in a hurry, for each share of the time that is cut (1: as much)
--- review.new { levels = p.levels, reviewers = p.reviewers }
function review.new(terms)
  check.fields("review", terms, { "name", "levels", "reviewers", "days", "overload", "hurry" })
  local people, levels = terms.reviewers, {}
  check.fields("review's reviewers", people, { "count", "hours_per_day", "cost_per_hour", "shrinkage",
    "fatigue" })
  for name, level in pairs(terms.levels) do
    check.word("review", { level = name }, "level", review.levels)
    if name == "auto" then error("review: nobody looks at auto; it has no minutes", 2) end
    local what = "review's level " .. name
    check.fields(what, level, { "minutes", "catches", "disturbs", "rounds" })
    if type(level.minutes) ~= "table" and type(level.minutes) ~= "string" then
      check.number(what, level, "minutes", 0, math.huge)
    end
    levels[name] = {
      minutes = level.minutes,
      catches = check.number(what, level, "catches", 0, 1, 0.0),
      disturbs = check.number(what, level, "disturbs", 0, 1, 0.0),
      rounds = check.number(what, level, "rounds", 0, math.huge, 0.0),
    }
  end
  local state = {
    name = terms.name or "desk", levels = levels, desk = {},
    count = check.number("review's reviewers", people, "count", 0, math.huge),
    hours_per_day = check.number("review's reviewers", people, "hours_per_day", 0, 24, 7.0),
    cost_per_hour = check.number("review's reviewers", people, "cost_per_hour", 0, math.huge, 0.0),
    shrinkage = check.number("review's reviewers", people, "shrinkage", 0, 1, 0.0),
    fatigue = check.number("review's reviewers", people, "fatigue", 0, 1, 0.0),
    days = check.number("review", terms, "days", 1, 31, 21),
    overload = check.word("review", terms, "overload", { "waits", "passes", "hurries" }, "waits"),
    hurry = check.number("review", terms, "hurry", 0, 1, 1.0),
    utilisation = 0.0, delay_days = 0.0, catch_factor = 1.0, backlog_hours = 0.0,
    hours = 0.0, cost = 0.0, paid = 0.0, reached = 0.0, caught = 0.0, disturbed = 0.0,
  }
  for _, name in ipairs(review.levels) do state.desk[name] = { decisions = 0.0, wrong = 0.0 } end
  return state
end

--- The hours that `count` decisions of a level take.
local function hours_of(state, name, count, month)
  local level = state.levels[name]
  local minutes = level.minutes
  if type(minutes) ~= "number" then
    minutes = draw.from(minutes, "review " .. state.name .. " " .. name .. " minutes", month)
  end
  return count * minutes * (1.0 + level.rounds) / 60.0
end

--- A month of decisions: `load` is a record by level of { decisions, wrong }, both numbers of
--- decisions. Returns the wrong ones that reach customers, and the cost of the hours worked. In the
--- state, of this month: utilisation (work over working time; above 1 is overload), catch_factor (on
--- the rested catch rate: fatigue and hurry), backlog_hours, delay_days (to clear it; math.huge with
--- nobody there); so far: hours, cost, paid (idle hours included), reached, caught, disturbed.
--- local reached, cost = review.step(desk, month, { auto = { decisions = 900, wrong = 9 }, … })
function review.step(state, month, load)
  local time = state.count * state.hours_per_day * state.days * (1.0 - state.shrinkage)
  local work = state.backlog_hours
  for name, more in pairs(load) do
    local desk = state.desk[check.word("review", { level = name }, "level", review.levels)]
    desk.decisions, desk.wrong = desk.decisions + more.decisions, desk.wrong + more.wrong
    if state.levels[name] then
      work = work + hours_of(state, name, more.decisions, month)
    elseif name ~= "auto" and more.decisions > 0.0 then
      error("review: there are decisions at level " .. name .. ", which has no minutes", 2)
    end
  end
  local worked = math.min(work, time)
  local done, factor = 1.0, 1.0 -- share of the work that is looked at; factor on the catch rate
  if work > time then
    if state.overload == "hurries" then
      factor = 1.0 - state.hurry * (1.0 - time / work)
    else
      done = time / work
    end
  end
  if time > 0.0 then
    -- Each hour of a day costs a share of the catch rate: half of that on average over the day.
    local hours_a_day = worked / (state.count * state.days)
    factor = factor * math.max(1.0 - state.fatigue * hours_a_day / 2.0, 0.0)
  end

  local reached, cost = 0.0, worked * state.cost_per_hour
  for _, name in ipairs(review.levels) do
    local desk, level = state.desk[name], state.levels[name]
    if name == "auto" then
      reached, desk.decisions, desk.wrong = reached + desk.wrong, 0.0, 0.0
    elseif level then
      local looked_at = desk.wrong * done
      local caught = looked_at * level.catches * factor
      local right = (desk.decisions - desk.wrong) * done
      state.caught, state.disturbed = state.caught + caught, state.disturbed + right * level.disturbs
      reached = reached + looked_at - caught
      local left = state.overload == "waits" and 1.0 - done or 0.0
      if state.overload == "passes" then reached = reached + desk.wrong * (1.0 - done) end
      desk.decisions, desk.wrong = desk.decisions * left, desk.wrong * left
    end
  end
  state.utilisation = work > 0.0 and work / time or 0.0
  state.backlog_hours = state.overload == "waits" and work - worked or 0.0
  state.delay_days = state.backlog_hours > 0.0 and state.backlog_hours / time * state.days or 0.0
  state.catch_factor = factor
  state.hours, state.cost = state.hours + worked, state.cost + cost
  state.paid = state.paid + state.count * state.hours_per_day * state.days * state.cost_per_hour
  state.reached = state.reached + reached
  return reached, cost
end

--- Sends cases through a policy: the function(d, p) of the very file that is deployed, which returns a
--- level and, if it likes, a reason. `cases` is a list of decisions d that stand for `volume`; wrong(d,
--- p) says whether one would be wrong (true or false, or a chance). Returns a load for review.step.
--- review.step(desk, month, review.route(require "policy.fraud", p, cases, 20000, is_wrong))
function review.route(policy, p, cases, volume, wrong)
  local load, each = {}, volume / #cases
  for _, name in ipairs(review.levels) do load[name] = { decisions = 0.0, wrong = 0.0 } end
  for i = 1, #cases do
    local level, chance = policy(cases[i], p), wrong(cases[i], p)
    if type(chance) == "boolean" then chance = chance and 1.0 or 0.0 end
    local is_known = false
    for _, name in ipairs(review.levels) do
      if level == name then
        is_known = true
        load[name].decisions = load[name].decisions + each
        load[name].wrong = load[name].wrong + each * chance
      end
    end
    if not is_known then
      error("review: the policy returned " .. tostring(level) .. " for case " .. i
        .. "; levels are auto, review, exception, collaborate", 2)
    end
  end
  return load
end

--- The wait of one case within the day, by Erlang C (Poisson arrivals, exponential handling): the
--- chance to wait, and the mean wait in handling times. `busy` is how many reviewers the work keeps
--- busy; with as many or fewer there the wait has no end.
--- review.wait(10, 8.0) is 0.40918, 0.20459
function review.wait(count, busy)
  local blocked = 1.0 -- Erlang B, by its recursion over the number of reviewers
  for n = 1, count do blocked = busy * blocked / (n + busy * blocked) end
  if busy >= count then return 1.0, math.huge end
  local waits = blocked / (1.0 - busy / count * (1.0 - blocked))
  return waits, waits / (count - busy)
end

return review
