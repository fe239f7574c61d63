--- The benchmark's loops that trials leave at different times: a desk of agents works off a backlog
--- hour by hour until it is empty or the budget is spent. 20 to 400 hours, a draw in each.
-- SPDX-License-Identifier: Apache-2.0
return function(x, p)
  local open, hours, spent, late, worst = x.backlog, 0, 0.0, 0.0, 0.0
  while open > 0.0 and spent < p.budget do
    hours = hours + 1
    local arrived = p.arrivals * draw.uniform(0.5, 1.5, "arrivals", hours)
    local agents = open > p.crowded and x.agents + p.helpers or x.agents
    local done = math.min(agents * x.speed, open + arrived)
    open = open + arrived - done
    if open < p.trivial then open = 0.0 end
    spent = spent + agents * p.wage
    late = late + open
    if open > worst then worst = open end
  end
  return { hours = hours, spent = spent, late = late, worst = worst, finished = open <= 0.0 }
end
