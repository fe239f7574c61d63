--- The benchmark's trial: 36 months with branches, retraining and 81 draws (36 normals, 36
--- Bernoullis, 9 others), every draw named.
-- SPDX-License-Identifier: Apache-2.0
return function(x, p)
  local volume = draw.lognormal({ p5 = 80000, p95 = 150000 }, "volume")
  local wage = draw.triangular(22, 26, 31, "wage")
  local accuracy = draw.normal(0.92, 0.015, "accuracy")
  local growth = draw.uniform(0.0, 0.02, "growth")
  local decay = draw.exponential(0.004, "decay")
  local minutes = draw.weibull(2.0, 6.0, "minutes")
  local setup = draw.logistic(60000, 8000, "setup")
  local error_cost = draw.pareto(2.0, 3.0, "error cost")
  local licence = draw.uniform(2000, 4000, "licence")
  local npv, factor, cumulative, payback, retrained = -setup, 1.0, -setup, 0, 0
  local discount = 1.0 / (1.0 + p.rate) ^ (1.0 / 12.0)
  for month = 1, 36 do
    local share = month < 6 and p.low or (month < 18 and p.middle or p.high)
    accuracy = accuracy - decay
    if accuracy < p.retrain_below then
      accuracy = accuracy + 0.05
      retrained = retrained + 1
    end
    local queries = volume * (1.0 + growth * month) * (1.0 + draw.normal(0.0, 0.08, "shock", month))
    local answered = queries * share
    local wrong = answered * (1.0 - accuracy)
    local cash = (answered - wrong) * minutes / 60.0 * wage * 0.1 - wrong * error_cost - licence
    if draw.bernoulli(0.02, "outage", month) then cash = cash - 20000 end
    factor = factor * discount
    npv = npv + cash * factor
    cumulative = cumulative + cash
    if payback == 0 and cumulative >= 0 then payback = month end
  end
  return { npv = npv, payback = payback, retrained = retrained, accuracy = accuracy, total = cumulative }
end
