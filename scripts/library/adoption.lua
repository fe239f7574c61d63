--- How fast people take up what is offered to them, and what change management does about it.
--- Shares lie between 0 and 1 of all who could; time is in months; the share of month m is the one
--- at its end. Bass, A new product growth model for consumer durables, Management Science 15 (1969):
--- dF/dt = (p + q F)(1 - F); p = 0 is the logistic curve (Verhulst 1838).
-- SPDX-License-Identifier: Apache-2.0
local check = require "library.check"

local adoption = {}

--- The levers. The directions follow Rogers, Diffusion of Innovations (2003), chapters 5 to 9, and
--- Kotter, Leading Change (1996); the sizes at full effort are ASSUMED: replace them by your own.
---   speed       added to the factor on how fast people come (0.2: a fifth faster)
---   ceiling     added to the share who can be reached at all
---   resistance  share of the resistance left that one month of it removes
adoption.levers = {
  communication = { speed = 0.15, ceiling = 0.0, resistance = 0.05 },
  training = { speed = 0.2, ceiling = 0.05, resistance = 0.05 },
  champions = { speed = 0.35, ceiling = 0.0, resistance = 0.05 },
  listening = { speed = 0.0, ceiling = 0.03, resistance = 0.15 },
}
local LEVERS = { "communication", "training", "champions", "listening" } -- in this order always

--- Share after t months when nobody had it at 0: innovation p and imitation q a month (Bass, eq. 9).
--- adoption.bass(12, 0.01, 0.3) is 0.5650
function adoption.bass(t, p, q)
  local left = math.exp(-(p + q) * t)
  return (1.0 - left) / (1.0 + q / p * left)
end

--- The month in which most people come, 0 where imitation is no stronger (Bass, eq. 10).
--- adoption.bass_peak(0.01, 0.3) is 10.97
function adoption.bass_peak(p, q) return math.max(math.log(q / p) / (p + q), 0.0) end

--- Share after t months on a logistic curve that reaches one half in month `middle`.
--- adoption.logistic(12, 0.3, 10) is 0.6457
function adoption.logistic(t, speed, middle) return 1.0 / (1.0 + math.exp(-speed * (t - middle))) end

--- Share after t months that rises in a straight line for `months` months.
--- adoption.ramp(3, 12) is 0.25
function adoption.ramp(t, months) return math.max(math.min(t / months, 1.0), 0.0) end

local function new_levers(levers)
  for name in pairs(levers) do check.word("adoption", { lever = name }, "lever", LEVERS) end
  local list = {}
  for _, name in ipairs(LEVERS) do
    local lever, usual = levers[name], adoption.levers[name]
    if lever then
      check.fields("adoption", lever, { "cost", "effort", "speed", "ceiling", "resistance" })
      list[#list + 1] = {
        name = name,
        cost = check.number("adoption", lever, "cost", 0, math.huge),
        effort = check.number("adoption", lever, "effort", 0, 1, 1.0),
        speed = check.number("adoption", lever, "speed", 0, math.huge, usual.speed),
        ceiling = check.number("adoption", lever, "ceiling", 0, 1, usual.ceiling),
        resistance = check.number("adoption", lever, "resistance", 0, 1, usual.resistance),
      }
    end
  end
  return list
end

--- Who takes it up, how, and with which levers at which monthly cost (at effort 1; effort 0 to 1).
---   model       bass (innovation, imitation), logistic (speed; needs a share at the start), ramp (months)
---   ceiling     share who would ever take it up; resistance: share of those who will not as yet
---   leaving     share of those beyond the ceiling that a month loses, where the ceiling fell
---   noise       sd of the logarithm of a month's speed
--- adoption.new{ name = "agents", model = "bass", innovation = 0.02, imitation = 0.3, ceiling = 0.8,
---   resistance = 0.3, levers = { training = { cost = 5000 }, listening = { cost = 2000 } } }
function adoption.new(a)
  check.fields("adoption", a, { "name", "model", "innovation", "imitation", "speed", "months", "ceiling",
    "share", "resistance", "leaving", "noise", "levers" })
  local model = check.word("adoption", a, "model", { "bass", "logistic", "ramp" })
  local is_bass, is_logistic, is_ramp = model == "bass", model == "logistic", model == "ramp"
  return {
    name = check.name("adoption", a), model = model,
    innovation = is_bass and check.number("adoption", a, "innovation", 0, 1) or 0.0,
    imitation = is_bass and check.number("adoption", a, "imitation", 0, math.huge)
      or is_logistic and check.number("adoption", a, "speed", 0, math.huge) or 0.0,
    months = is_ramp and check.number("adoption", a, "months", 1, math.huge),
    ceiling = check.number("adoption", a, "ceiling", 0, 1),
    share = check.number("adoption", a, "share", is_logistic and 1e-6 or 0, 1, 0.0),
    resistance = check.number("adoption", a, "resistance", 0, 1, 0.0),
    leaving = check.number("adoption", a, "leaving", 0, 1, 0.5),
    noise = check.number("adoption", a, "noise", 0, math.huge, 0.0),
    levers = new_levers(a.levers or {}),
  }
end

--- The state before month 1: state.share have it, state.resistance is left.
--- local state = adoption.start(agents)
function adoption.start(a) return { share = a.share, resistance = a.resistance } end

--- One month on; returns what the levers cost. `efforts` (0 to 1 by lever's name) takes the place of
--- the efforts that the record was made with. Without levers, noise and resistance the share is
--- the closed form's to rounding: each month is solved exactly, not stepped.
--- local cost = adoption.step(state, agents, month, { training = 0.5 })
function adoption.step(state, a, month, efforts)
  local cost, speed, ceiling = 0.0, 1.0, a.ceiling
  for _, lever in ipairs(a.levers) do
    local effort = efforts and efforts[lever.name] or lever.effort
    cost = cost + effort * lever.cost
    speed = speed + effort * lever.speed
    ceiling = ceiling + effort * lever.ceiling
    state.resistance = state.resistance * (1.0 - effort * lever.resistance)
  end
  if a.noise > 0.0 then
    speed = speed * math.exp(a.noise * draw.normal(0.0, 1.0, "adoption " .. a.name, month))
  end
  local reach = math.min(ceiling, 1.0) * (1.0 - state.resistance)
  if state.share >= reach then
    state.share = state.share - a.leaving * (state.share - reach)
  elseif a.model == "ramp" then
    state.share = math.min(state.share + speed * reach / a.months, reach)
  else
    -- (1 - F) / (p + q F) falls by exp(-(p + q)) a month; F is the share of those within reach.
    local p, q, taken = speed * a.innovation, speed * a.imitation, state.share / reach
    local open = (1.0 - taken) / (p + q * taken) * math.exp(-(p + q))
    if taken > 0.0 or p > 0.0 then state.share = reach * (1.0 - p * open) / (1.0 + q * open) end
  end
  return cost
end

--- Something made people wary: a share of those who are not opposed become so (an outage, wrong
--- answers, a mandate without a hearing). adoption.upset(state, 0.1)
function adoption.upset(state, share)
  state.resistance = state.resistance + (1.0 - state.resistance) * share
end

return adoption
