--- The distributions at values that reach both branches of each function.
-- SPDX-License-Identifier: Apache-2.0
local statistics = require "library.statistics"

local Z = { -37.0, -20.0, -8.0, -7.0, -5.0, -3.0, -1.0, -0.01, 0.0, 0.5, 1.96, 4.0, 8.0 }
local P = { 1e-9, 1e-4, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999999 }
local T = { -10.0, -5.0, -2.0, -0.5, 0.01, 1.0, 3.0 }
local TAILS = { 0.0005, 0.005, 0.025, 0.3, 0.5, 0.9, 0.995 }

return function(x, p)
  local zero = x.u - x.u -- a number that only the trial knows
  local out = { normal_cdf = {}, normal_quantile = {}, t_cdf = {}, t_quantile = {} }
  for i, z in ipairs(Z) do out.normal_cdf["z" .. i] = statistics.normal_cdf(z + zero) end
  for i, q in ipairs(P) do out.normal_quantile["p" .. i] = statistics.normal_quantile(q + zero) end
  for i, t in ipairs(T) do out.t_cdf["t" .. i] = statistics.t_cdf(t + zero, p.df) end
  for i, q in ipairs(TAILS) do out.t_quantile["p" .. i] = statistics.t_quantile(q + zero, p.df) end
  out.back = statistics.normal_cdf(statistics.normal_quantile(x.u)) - x.u
  out.t_back = statistics.t_cdf(statistics.t_quantile(x.u, 1.0 + 80.0 * x.u), 1.0 + 80.0 * x.u) - x.u
  return out
end
