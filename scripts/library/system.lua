--- Systems that depend on each other: a failure spreads along dependencies, also to systems that
--- were no part of the pilot; and tools that work together earn more than they do apart.
---
--- A system is a record such as
---   { name = "orders", fails = 0.01, cost = 5000, in_scope = false,
---     depends_on = { { on = "search", spreads = 0.3 } } }
---   fails       chance a month that it fails by itself (0)
---   cost        money that each month in which it is down costs (0)
---   in_scope    whether the pilot looked at it (true)
---   depends_on  on: another system; spreads: chance that the other's failure brings this one down
---
--- Draws are named after the system ("system orders") and the two ends of a dependency
--- ("system search to orders"), so that adding a system moves no other draw.
-- SPDX-License-Identifier: Apache-2.0

local check = require "library.check"

local system = {}

--- How often all dependencies must be gone through until a failure has come as far as it can: once
--- in an order in which each system stands behind those that it depends on. Systems that depend
--- on each other in a circle come last, and need a turn each.
local function put_in_order(systems)
  local order, is_placed, circle = {}, {}, {}
  for _ = 1, #systems do
    for _, s in ipairs(systems) do
      local is_ready = not is_placed[s.name]
      for _, d in ipairs(s.depends_on) do is_ready = is_ready and is_placed[d.on] == true end
      if is_ready then
        order[#order + 1] = s
        is_placed[s.name] = true
      end
    end
  end
  for _, s in ipairs(systems) do
    if not is_placed[s.name] then circle[#circle + 1] = s end
  end
  for _, s in ipairs(circle) do order[#order + 1] = s end
  return order, math.max(#circle, 1)
end

--- The systems before month 1, from a list of the records above.
---   together  list of { tools = { "search", "chat" }, gain = 0.2 }: with both up, a fifth of what the
---             lesser of the two earns comes on top
--- system.new { systems = p.systems, together = p.together }
function system.new(terms)
  check.fields("system", terms, { "systems", "together" })
  local known, systems = {}, {}
  for i, s in ipairs(check.list("system", terms, "systems")) do
    check.fields("system " .. i, s, { "name", "fails", "cost", "in_scope", "depends_on" })
    local name = check.name("system " .. i, s)
    if known[name] then error("system \"" .. name .. "\" is there twice", 2) end
    known[name] = true
  end
  for i, s in ipairs(terms.systems) do
    local what = "system \"" .. s.name .. "\""
    for _, d in ipairs(check.list(what, s, "depends_on", {})) do
      check.fields(what .. "'s dependency", d, { "on", "spreads" })
      if not known[d.on] then
        error(what .. " depends on \"" .. tostring(d.on) .. "\", which is not a system", 2)
      end
      check.number(what .. "'s dependency on " .. d.on, d, "spreads", 0, 1)
    end
    systems[i] = {
      name = s.name, fails = check.number(what, s, "fails", 0, 1, 0.0),
      cost = check.number(what, s, "cost", 0, math.huge, 0.0),
      is_outside = not check.flag(what, s, "in_scope", true), depends_on = s.depends_on or {},
    }
  end
  for i, pair in ipairs(check.list("system", terms, "together", {})) do
    local what = "system: together " .. i
    check.fields(what, pair, { "tools", "gain" })
    check.number(what, pair, "gain", -1, math.huge)
    for _, tool in ipairs(check.list(what, pair, "tools")) do
      if not known[tool] then
        error(what .. " names \"" .. tostring(tool) .. "\", which is not a system", 2)
      end
    end
  end
  local order, turns = put_in_order(systems)
  local state = { systems = order, turns = turns, together = terms.together or {}, down = {},
    months_down = {}, spread = 0, outside = 0, cost = 0.0 }
  for _, s in ipairs(order) do state.down[s.name], state.months_down[s.name] = false, 0 end
  return state
end

--- Failures of the month, and how far they spread. `load` (optional) is a record by name of factors on
--- a system's own chance of failing, such as what a tool that was scaled asks of it more. Returns the
--- money lost. In the state: down (by name, this month), months_down (by name), spread (months in
--- which a system was brought down by another, summed over systems), outside (the same for those out
--- of the pilot's scope), cost so far.
--- local lost = system.step(systems, month, { orders = 1 + overload })
function system.step(state, month, load)
  local by_itself, down, cost = {}, {}, 0.0
  for _, s in ipairs(state.systems) do
    local chance = s.fails
    if load and load[s.name] then chance = math.min(chance * load[s.name], 1.0) end
    by_itself[s.name] = draw.bernoulli(chance, "system " .. s.name, month)
    down[s.name] = by_itself[s.name]
  end
  for _ = 1, state.turns do
    for _, s in ipairs(state.systems) do
      for _, d in ipairs(s.depends_on) do
        if draw.bernoulli(d.spreads, "system " .. d.on .. " to " .. s.name, month) and down[d.on] then
          down[s.name] = true
        end
      end
    end
  end
  for _, s in ipairs(state.systems) do
    if down[s.name] then
      cost = cost + s.cost
      state.months_down[s.name] = state.months_down[s.name] + 1
      if not by_itself[s.name] then
        state.spread = state.spread + 1
        if s.is_outside then state.outside = state.outside + 1 end
      end
    end
  end
  state.down, state.cost = down, state.cost + cost
  return cost
end

--- What the tools earn together this month, from what each earns alone (by name): nothing where one
--- is down, and for each pair of `together` that is up its gain on the lesser of the two.
--- system.earn(systems, { search = 900, chat = 400 }) is 1380 with a gain of 0.2
function system.earn(state, worth)
  local total = 0.0
  for _, s in ipairs(state.systems) do
    if worth[s.name] and not state.down[s.name] then total = total + worth[s.name] end
  end
  for _, pair in ipairs(state.together) do
    local least = math.huge
    for _, tool in ipairs(pair.tools) do
      least = math.min(least, state.down[tool] and 0.0 or worth[tool] or 0.0)
    end
    total = total + pair.gain * least
  end
  return total
end

return system
