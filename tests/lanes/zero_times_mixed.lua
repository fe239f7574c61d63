-- A number that is whole in some lanes only, times a whole 0: 0 there, and -0.0 as a float.
return function(x, p)
  local mixed = (x.kind ~= "large") and x.call.score or -x.c
  local none = x.n - x.n
  return {o1 = mixed * none, o2 = mixed * (p.k - p.k)}
end
