--- What the modules beside this one ask of the fields of a record that they are given. A field that
--- is not as it should be is an error that names the module, the field and what was expected, at the
--- line that made the record. On settings and constants this costs nothing in lanes.
-- SPDX-License-Identifier: Apache-2.0

local check = {}

local function span(low, high)
  if high == math.huge then return low == -math.huge and "be a number" or "be at least " .. low end
  return "lie between " .. low .. " and " .. high
end

--- The number record[field], which has to lie between low and high (both included), or `default`
--- where it is absent.
--- check.number("adoption", { ceiling = 0.8 }, "ceiling", 0, 1) is 0.8
function check.number(module, record, field, low, high, default)
  local value = record[field]
  if value == nil then value = default end
  if type(value) ~= "number" or not (value >= low and value <= high) then
    error(module .. ": " .. field .. " must " .. span(low, high) .. ", not " .. tostring(value), 3)
  end
  return value
end

--- The same for a number above 0, such as what something is divided by.
--- check.positive("rice", { effort = 1.5 }, "effort") is 1.5
function check.positive(module, record, field, default)
  local value = record[field]
  if value == nil then value = default end
  if type(value) ~= "number" or not (value > 0) then
    error(module .. ": " .. field .. " must be a number above 0, not " .. tostring(value), 3)
  end
  return value
end

--- The same for a whole number, such as a count of months (2 or 2.0, not 2.5).
--- check.whole("refine", { months = 2 }, "months", 1, math.huge) is 2
function check.whole(module, record, field, low, high, default)
  local value = record[field]
  if value == nil then value = default end
  if type(value) ~= "number" or not (value >= low and value <= high) or value % 1 ~= 0 then
    error(module .. ": " .. field .. " must be a whole number and " .. span(low, high) .. ", not "
      .. tostring(value), 3)
  end
  return value
end

--- The text record[field], which has to be one of `words`, or `default` where it is absent.
--- check.word("drift", { kind = "sudden" }, "kind", { "gradual", "sudden" }) is "sudden"
function check.word(module, record, field, words, default)
  local value = record[field]
  if value == nil then value = default end
  for _, word in ipairs(words) do
    if value == word then return value end
  end
  error(module .. ": " .. field .. " must be one of " .. table.concat(words, ", ") .. ", not "
    .. tostring(value), 3)
end

--- true or false as record[field] says, or `default` where it is absent.
--- check.flag("vendor", { may_switch = false }, "may_switch", true) is false
function check.flag(module, record, field, default)
  local value = record[field]
  if value == nil then value = default end
  if type(value) ~= "boolean" then
    error(module .. ": " .. field .. " must be true or false, not " .. tostring(value), 3)
  end
  return value
end

--- The list record[field], or `default` where it is absent. A record in its place is refused: it has
--- no items, and would pass for an empty list.
--- check.list("risk", { risks = { r } }, "risks") is { r }
function check.list(module, record, field, default)
  local value = record[field]
  if value == nil then value = default end
  if type(value) ~= "table" then
    error(module .. ": " .. field .. " must be a list, not " .. tostring(value), 3)
  end
  for key in pairs(value) do
    if type(key) ~= "number" then
      error(module .. ": " .. field .. " must be a list, not a record with a field " .. tostring(key), 3)
    end
  end
  return value
end

--- The name of the record, from which its draws take theirs: a text that is not empty.
--- check.name("drift", { name = "new products" }) is "new products"
function check.name(module, record)
  local name = record.name
  if type(name) ~= "string" or name == "" then
    error(module .. ": name must be a text (its draws are named after it), not " .. tostring(name), 3)
  end
  return name
end

--- Refuses a field that is not in `fields`, such as a misspelt one.
--- check.fields("drift", { nmae = "x" }, { "name" }) is the error: drift: there is no field "nmae" …
function check.fields(module, record, fields)
  if type(record) ~= "table" then error(module .. ": expected a record, not " .. tostring(record), 3) end
  for field in pairs(record) do
    local known = false
    for _, name in ipairs(fields) do known = known or field == name end
    if not known then
      error(module .. ": there is no field \"" .. tostring(field) .. "\"; the fields are "
        .. table.concat(fields, ", "), 3)
    end
  end
end

return check
