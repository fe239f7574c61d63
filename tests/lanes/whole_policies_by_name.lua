-- Functions in a table, called by a name that varies.
local policies = {
  wait = function(s) s.cash = s.cash - 1; return "wait" end,
  go = function(s) s.cash = s.cash * 2; s.went = true; return "go" end,
}
return function(x, p)
  local s = {cash = x.a}
  local word = ""
  for m = 1, 4 do
    local act = policies[draw.bernoulli(0.4, "act", m) and "go" or "wait"]
    word = act(s)
  end
  return {cash = s.cash, went = s.went or false, word = word}
end
