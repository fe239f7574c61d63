-- Distributions spelled out in the script: bounds, lists, named numbers that vary, tables of the file.
local wages = {normal = {mean = 30, sd = 4}, min = 20}
return function(x, p)
  local list = {}
  for i = 1, 3 do
    list[i] = draw.lognormal({p5 = 8, p95 = 15, max = 20}, "a", i)
      + draw.normal({mean = 3, sd = 1, min = 0, clamp = true}, "b", i)
  end
  return {
    list = list, word = draw.discrete({"x", "y"}, {3, 1}, "d"),
    o1 = draw.lognormal({mean = x.a * 10, sd = x.s + 0.1}, "c") + draw.pert({min = 0, mode = x.a, max = 10}, "j"),
    o2 = draw.from({triangular = {1, 2, 5}}, "e") + draw.from(wages, "f") + draw.from("3 to 9", "g") + draw.from(p.wage, "h"),
    o3 = draw.empirical({1, 2, 3.5}, "i") + draw.metalog({quantiles = {[0.1] = 1, [0.5] = 2, [0.9] = 4}, min = 0}, "k"),
    o4 = draw.mixture({of = {{normal = {0, 1}}, {normal = {5, 1}}}, weights = {1, 2}}, "n") + draw.gamma({shape = 2, scale = 3, max = 9}, "l"),
    r = {u = draw.poisson({mean = x.a}, "m"), v = draw.binomial({n = 10, p = 0.3, min = 2}, "o")},
  }
end
