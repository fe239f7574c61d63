-- A number or nil from before a loop of the program, and one that the loop makes.
return function(x, p)
  local list = {7.5, x.a, 3.5}
  local item, other = list[1 + (~(x.m)) % 3], nil
  while draw.discrete({1, 2.5, 4}, "s5") < draw.weibull(1.5, 2, "s6") do
    other = list[x.m % 4 + 1]
  end
  return {o1 = x.n * item, maybe = other}
end
