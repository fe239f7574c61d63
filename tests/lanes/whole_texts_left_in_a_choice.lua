-- A register that branches leave as a number or texts in ways that only texts can reach the loop.
return function(x, p)
  if x.kind ~= "large" then
    local c = {u = ((x.kind ~= "large") and -2 or v5), v = p.calls.score[2], w = "high"}
    local v = draw.from(p.wage, "s2") * p.list[3]
  end
  local turns = 0
  while turns < 102 and (turns < 3 or x.kind ~= "large") do
    turns = turns + 1
    if x.kind ~= "large" then goto go_on end
    do
      if draw.bernoulli(x.s, "s4", turns) or x.kind ~= "large" then
      end
    end
    ::go_on::
  end
  return {o1 = turns}
end
