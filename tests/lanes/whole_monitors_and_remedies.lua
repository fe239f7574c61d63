-- A monitor with alarms, a remedy that is pending, presets by name, drift of two kinds.
local presets = {central = {speed = 0.6, cost = 10}, decentral = {speed = 1.2, cost = 14, duplication = 0.3}, hybrid = {speed = 1.0, cost = 12, duplication = 0.1}}
local Monitor = {}
function Monitor.new(t) return {k = t.k or 0.5, h = t.h or 4, up = 0, down = 0, alarms = {}} end
function Monitor.step(m, month, z)
  m.up = math.max(0, m.up + z - m.k)
  m.down = math.max(0, m.down - z - m.k)
  if m.up > m.h or m.down > m.h then
    m.alarms[#m.alarms + 1] = {month = month, side = m.up > m.h and "up" or "down"}
    m.up, m.down = 0, 0
    return m.alarms[#m.alarms]
  end
end
return function(x, p)
  local preset = presets[x.kind == "small" and "central" or x.kind == "large" and "decentral" or "hybrid"]
  local m = Monitor.new{h = 1.5}
  local drift = {data = 0.0, preference = 0.0}
  local pending, cost, wrong = nil, 0.0, 0
  for month = 1, 18 do
    local kind = draw.bernoulli(0.1, "jump", month) and "data" or draw.bernoulli(0.05, "taste", month) and "preference" or nil
    if kind then drift[kind] = drift[kind] + draw.uniform(0.5, 1.5, "size " .. kind, month) end
    local seen = draw.normal(drift.data + drift.preference, 0.5, "seen", month)
    local alarm = Monitor.step(m, month, seen)
    if alarm and not pending then
      pending = {due = month + (alarm.side == "up" and 2 or 1), remedy = drift.data > drift.preference and "data" or "preference"}
      if draw.bernoulli(0.2, "misdiagnosis", month) then pending.remedy = pending.remedy == "data" and "preference" or "data"; wrong = wrong + 1 end
    end
    if pending and month >= pending.due then
      drift[pending.remedy] = 0.0
      cost = cost + preset.cost * (1 + (preset.duplication or 0))
      pending = nil
    end
  end
  local sides = {up = 0, down = 0}
  for _, a in ipairs(m.alarms) do sides[a.side] = sides[a.side] + 1 end
  return {cost = cost, wrong = wrong, alarms = #m.alarms, up = sides.up, down = sides.down, left = drift.data + drift.preference, waits = pending and pending.remedy or "none"}
end
