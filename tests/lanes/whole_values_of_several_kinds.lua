-- false or a number, nil or true or a text, and what type says of them.
return function(x, p)
  local v = x.flag and 5
  local w = x.a > 1 and x.b
  local t = x.flag and "yes"
  local u = nil
  if x.b > 0 then u = true elseif x.b > -1 then u = "word" end
  return {o1 = v or 1, o2 = (w or 2) + 1, o3 = t or "no", o4 = u == true, o5 = u == "word", o6 = u == nil, o7 = type(u), o8 = type(v), o9 = tostring(x.flag)}
end
