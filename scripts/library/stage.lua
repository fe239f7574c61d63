--- A plan of stages with gates: how far the rollout has come, and what is decided each month.
---
--- A stage is { share = 0.2, month = 4, gate = {…} }: from month 4 on, at the earliest, 20 % of the
--- whole, if the tests of its gate pass. A test is { metric = "accuracy", at_least = 0.86 } or
--- { metric = "complaints", at_most = 0.02 }. Tests see what the caller hands over, which has to be
--- an estimate as noisy as it is in life, never the truth.
---
--- A successful pilot is the opportunity to scale, not the obligation. Each freedom is an option
--- that a setting turns off, so big bang, phased, gates, and gates with the option to stop are the
--- same script: hold (wait at a gate; without it no gate is asked), roll_back (a stage back), stop
--- (give up for good).
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

local stage = {}

--- A plan before its first month.
---   stages     list of { share (of the whole), month (earliest), gate (list of tests, optional) }
---   metrics    the names that tests may use: what stage.step will be handed
---   keep       tests that a stage in force has to pass; failing one leads a stage back (never below 1)
---   kill       tests whose failing `kill_months` months in a row (1) stops the rollout
---   loss_cap   the rollout stops once it has lost more money than this: safe to fail
---   patience   it stops after more than this many months held, all in all
---   options    { hold, roll_back, stop }, true or false (each true)
--- stage.new { stages = p.plan, metrics = { "accuracy" }, loss_cap = 5e5, options = { stop = false } }
function stage.new(terms)
  check.fields("stage", terms, { "stages", "metrics", "keep", "kill", "kill_months", "loss_cap",
    "patience", "options" })
  local stages, metrics = check.list("stage", terms, "stages"), check.list("stage", terms, "metrics", {})
  local keep, kill = check.list("stage", terms, "keep", {}), check.list("stage", terms, "kill", {})
  local lists = { { "stage's keep", keep }, { "stage's kill", kill } }
  if #stages == 0 then error("stage: stages has none; give at least { share = 1, month = 1 }", 2) end
  for i = 1, #stages do
    local name, now, before = "stage " .. i, stages[i], stages[i - 1]
    check.fields(name, now, { "share", "month", "gate" })
    check.number(name, now, "share", 0, 1)
    check.number(name, now, "month", 1, math.huge)
    if before and now.month < before.month then
      error(name .. ": month " .. now.month .. " lies before month " .. before.month
        .. " of the stage before; months must not go backwards", 2)
    end
    lists[#lists + 1] = { name .. "'s gate", check.list(name, now, "gate", {}) }
  end
  for _, list in ipairs(lists) do
    local name, tests = list[1], list[2]
    for i = 1, #tests do
      local test = tests[i]
      check.fields(name, test, { "metric", "at_least", "at_most" })
      check.word(name, test, "metric", metrics)
      check.number(name .. " of " .. test.metric, test, "at_least", -math.huge, math.huge, 0.0)
      check.number(name .. " of " .. test.metric, test, "at_most", -math.huge, math.huge, 0.0)
      if (test.at_least == nil) == (test.at_most == nil) then
        error(name .. " of " .. test.metric .. " needs one of at_least and at_most", 2)
      end
    end
  end
  local options = terms.options or {}
  check.fields("stage's options", options, { "hold", "roll_back", "stop" })
  return {
    stages = stages, keep = keep, kill = kill,
    kill_months = check.number("stage", terms, "kill_months", 1, math.huge, 1),
    loss_cap = check.number("stage", terms, "loss_cap", 0, math.huge, math.huge),
    patience = check.number("stage", terms, "patience", 0, math.huge, math.huge),
    may_hold = check.flag("stage's options", options, "hold", true),
    may_roll_back = check.flag("stage's options", options, "roll_back", true),
    may_stop = check.flag("stage's options", options, "stop", true),
    at = 0, share = 0.0, decision = "stay", failing = 0,
    months_held = 0, months_lost = 0, rolled_back = 0,
    full_scale = math.huge, stopped = math.huge,
  }
end

--- Whether every test passes on what was seen. A metric that was not measured (nil) passes none.
--- stage.passes({ { metric = "accuracy", at_least = 0.8 } }, { accuracy = 0.9 }) is true
function stage.passes(tests, seen)
  local passed = true
  for i = 1, #tests do
    local value = seen[tests[i].metric]
    if value == nil then return false end
    local low, high = tests[i].at_least, tests[i].at_most
    if low then passed = passed and value >= low end
    if high then passed = passed and value <= high end
  end
  return passed
end

local function measured(tests, seen)
  for i = 1, #tests do
    if seen[tests[i].metric] == nil then return false end
  end
  return true
end

--- Whether the rollout has to be given up, by its kill criteria, loss cap or patience.
local function is_over(state, seen, balance)
  if not state.may_stop then return false end
  if #state.kill > 0 and measured(state.kill, seen) then
    state.failing = stage.passes(state.kill, seen) and 0 or state.failing + 1
  end
  return state.failing >= state.kill_months or balance < -state.loss_cap
    or state.months_held > state.patience
end

--- What the plan's next stage asks for in this month: "scale", "hold" or, before its month, "stay".
local function look_ahead(state, month, seen)
  local decision = "stay"
  for i = 1, #state.stages do
    local following = state.stages[i]
    if month >= following.month and state.at == i - 1 then
      local free = not state.may_hold or stage.passes(following.gate or {}, seen)
      decision = free and "scale" or "hold"
    end
  end
  return decision
end

--- The month's decision, from what was seen of the months before (nothing yet: {}) and the money
--- made so far (optional). Returns the share in force. In the state: decision ("scale", "hold",
--- "roll back", "stop", or "stay" where there is nothing to decide), at (the stage; 0 is none),
--- months_held (at a gate), months_lost (below what the plan's months allow), rolled_back (times),
--- full_scale and stopped (the month; math.huge is never).
--- local share = stage.step(plan, month, { accuracy = audited }, balance)
function stage.step(state, month, seen, balance)
  local decision = "stop"
  if state.stopped == math.huge and not is_over(state, seen, balance or 0.0) then
    decision = look_ahead(state, month, seen)
    if state.may_roll_back and state.at > 1 and measured(state.keep, seen)
      and not stage.passes(state.keep, seen) then
      decision = "roll back"
    end
  end

  if decision == "scale" then
    state.at = state.at + 1
  elseif decision == "hold" then
    state.months_held = state.months_held + 1
  elseif decision == "roll back" then
    state.at, state.rolled_back = state.at - 1, state.rolled_back + 1
  elseif decision == "stop" then
    state.at, state.stopped = 0, math.min(state.stopped, month)
  end

  local share = 0.0
  for i = 1, #state.stages do
    if state.at == i then share = state.stages[i].share end
    if state.at == i - 1 and month >= state.stages[i].month and decision ~= "stop" then
      state.months_lost = state.months_lost + 1
    end
  end
  if state.at == #state.stages then state.full_scale = math.min(state.full_scale, month) end
  state.decision, state.share = decision, share
  return share
end

return stage
