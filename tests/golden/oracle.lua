--- Every family as a draw with parameters that vary by trial; make_rollout.py repeats it.
return function(x, p)
  local a, b, d, e, cash = x.a, x.b, {}, {}, {}

  d.normal = draw.normal(x.normal, a, "normal")
  d.lognormal = draw.lognormal(10 * a, b, "lognormal")
  d.uniform = draw.uniform(-a, b, "uniform")
  d.triangular = draw.triangular(0, b, a + 1, "triangular")
  d.pert = draw.pert(0, b, a + 1, "pert")
  d.pert_shaped = draw.pert(0, b, a + 1, 2 * a, "pert_shaped")
  d.beta = draw.beta(a, 5 * b, "beta")
  d.gamma = draw.gamma(5 * b, a, "gamma")
  d.exponential = draw.exponential(a, "exponential")
  d.weibull = draw.weibull(a, 2, "weibull")
  d.student = draw.student_t(3 * a, "student")
  d.logistic = draw.logistic(a, b, "logistic")
  d.cauchy = draw.cauchy(a, b, "cauchy")
  d.pareto = draw.pareto(b, 2 + a, "pareto")
  d.poisson = draw.poisson(20 * b, "poisson")
  d.binomial = draw.binomial(x.poisson, b, "binomial")
  d.failures = draw.negative_binomial(a, b, "failures")
  d.geometric = draw.geometric(b, "geometric")
  d.bernoulli = draw.bernoulli(b, "bernoulli")
  d.proportion = draw.proportion(x.poisson, 30, "proportion")
  d.discrete = draw.discrete({ 1, 2.5, 4 }, { b, a, 0.5 }, "discrete")
  d.word = draw.discrete({ values = { "up", "down" }, weights = { a, b } }, "word")
  d.empirical = draw.empirical({ a, b, 3 }, "empirical")
  d.metalog = draw.metalog({ quantiles = { p5 = -a, p50 = 0.25, p95 = 2 * a } }, "metalog")
  d.metalog_low = draw.metalog({ quantiles = { p10 = b / 2, p50 = 1, p90 = 2.5 }, min = 0 }, "metalog_low")
  d.mixture = draw.mixture({ of = { { normal = { 0, a } }, { uniform = { min = 1, max = 3 } } },
    weights = { b, 1 - b } }, "mixture")

  -- Named parameters, bounds, and distributions from the settings.
  e.lognormal = draw.lognormal({ p5 = a, p95 = a + 5 * b }, "cost")
  e.logarithm = draw.lognormal({ mu = a, sigma = b }, "logarithm")
  e.normal = draw.normal({ p5 = -a, p95 = b }, "interval")
  e.pert = draw.pert({ max = 5, min = a - 1, mode = a, shape = 3 }, "named pert")
  e.cut = draw.normal({ mean = a, sd = b, min = a, max = 3 }, "cut")
  e.clamped = draw.normal({ mean = a, sd = b, min = a, clamp = true }, "clamped")
  e.wages = draw.from(p.wages, "wages")
  e.setting = draw.from(p.cost, "cost", 3)
  e.tier = draw.from(p.tiers, p.site)
  e.delay = draw.from(p.delay, "delay." .. p.site, 12)
  e.bend = draw.from(p.bend, "bend")
  e.made = draw.from({ beta = { alpha = 1 + a, beta = 2 } }, "made")

  -- The count k: from 0 without a number, else the number; unnamed draws go by their line.
  e.first = draw.normal(0, 1, "twice")
  e.second = draw.normal(0, 1, "twice")
  e.again = draw.normal(0, 1, "twice", 1)
  e.far = draw.normal(0, 1, "twice", 1000003)
  e.unnamed = draw.uniform(0, a)   -- unnamed 1
  e.pair = draw.poisson(5) - draw.poisson(5)   -- unnamed 2
  e.visits = 0
  for _ = 1, x.counts[1] do
    e.visits = e.visits + draw.exponential(a)   -- unnamed 3
    e.visits = e.visits + draw.geometric(b, "visit")
  end

  local worth, payback = -p.need, math.huge
  for month = 6, 1, -1 do
    cash[month] = 10 * (1 + x.shock[(month - 1) % 4 + 1]) * a
    if draw.bernoulli(0.4, "outage", month) then
      cash[month] = cash[month] - draw.gamma(2, 6, "loss", month)
    end
  end
  for month = 1, 6 do
    worth = worth + cash[month]
    if worth >= 0 and payback == math.huge then payback = month end
  end

  local kept = 0
  for i = 1, p.calls.n do
    if p.calls.ok[i] then kept = kept + p.calls.score[i] end
  end
  return {
    npv = worth, payback = payback, cash = cash, d = d, e = e,
    kept = kept * a, calm = x.bernoulli, colour = x.words,
    nan = x.poisson == 0 and 0 / 0 or x.poisson,
    missing = x.wholes == 3 and x.wage or nil,
    row = { region = x.call.region, number = x.often.number, ok = x.call.ok },
    left = x.minutes_left, halved = x.half / 2,
  }
end
