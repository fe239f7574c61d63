--- The normal and Student's t distribution, for tests and sample sizes. Numbers without a unit.
--- The accuracy stated was measured; tests/golden/make_library.py makes the reference values.
-- SPDX-License-Identifier: Apache-2.0

local statistics = {}

local SQRT_TWO_PI = math.sqrt(2.0 * math.pi)

--- The probability that a standard normal variable is at most z; within 1e-15, the smaller tail
--- within 1e-13 of itself down to z = -3, 1e-10 to z = -5 and 1e-8 to z = -37.
--- Rational approximation 5666 of Hart et al., Computer Approximations (1968), continued fraction
--- beyond 7.07, as put together by West, Better approximations to cumulative normal functions (2005).
--- statistics.normal_cdf(1.96) is 0.97500210485178
function statistics.normal_cdf(z)
  local a = math.abs(z)
  local bell = math.exp(-0.5 * a * a)
  local upper = (((((0.0352624965998911 * a + 0.700383064443688) * a + 6.37396220353165) * a
    + 33.912866078383) * a + 112.079291497871) * a + 221.213596169931) * a + 220.206867912376
  local lower = ((((((0.0883883476483184 * a + 1.75566716318264) * a + 16.064177579207) * a
    + 86.7807322029461) * a + 296.564248779674) * a + 637.333633378831) * a + 793.826512519948) * a
    + 440.413735824752
  local tail = bell * upper / lower
  if a > 7.07106781186547 then
    tail = bell / (a + 1.0 / (a + 2.0 / (a + 3.0 / (a + 4.0 / (a + 0.65))))) / SQRT_TWO_PI
  end
  if z > 0.0 then return 1.0 - tail end
  return tail
end

--- The z below which a standard normal variable lies with probability p, 0 < p < 1; within 1e-13 for p
--- from 1e-4 to 1 - 1e-4, 1e-10 from 1e-9 to 1 - 1e-6. Start of Abramowitz & Stegun (1964), 26.2.23,
--- then Halley's method three times.
--- statistics.normal_quantile(0.975) is 1.95996398454005
function statistics.normal_quantile(p)
  local small = math.min(p, 1.0 - p)
  local t = math.sqrt(-2.0 * math.log(small))
  local z = -(t - (2.515517 + t * (0.802853 + t * 0.010328))
    / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))))
  for _ = 1, 3 do
    local step = (statistics.normal_cdf(z) - small) * SQRT_TWO_PI * math.exp(0.5 * z * z)
    z = z - step / (1.0 + 0.5 * z * step)
  end
  if p > 0.5 then return -z end
  return z
end

-- log(gamma(a + 1/2) / gamma(a)), by the series of the logarithms for large arguments (Abramowitz &
-- Stegun 6.1.41) after both arguments were raised by ten.
local function log_gamma_step(a)
  local product = 1.0
  for i = 0, 9 do product = product * ((a + i) / (a + i + 0.5)) end
  local function series(b)
    local s = 1.0 / (b * b)
    return (b - 0.5) * math.log(b) - b + (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680
      - s / 1188)))) / b
  end
  return series(a + 10.5) - series(a + 10.0) + math.log(product)
end

-- The upper tail beyond |t| for few degrees of freedom: the incomplete beta function's continued
-- fraction (Abramowitz & Stegun 26.5.8), taken from its 40th term back.
local function t_tail(t, df)
  local x = df / (df + t * t)
  local a, b, y = 0.5 * df, 0.5, x
  local swapped = x > (a + 1.0) / (a + b + 2.0)
  if swapped then a, b, y = b, a, t * t / (df + t * t) end
  local fraction = 1.0
  for m = 40, 1, -1 do
    local even = m * (b - m) * y / ((a + 2 * m - 1.0) * (a + 2 * m))
    local odd = -(a + m) * (a + b + m) * y / ((a + 2 * m) * (a + 2 * m + 1.0))
    fraction = 1.0 + even / (1.0 + odd / fraction)
  end
  fraction = 1.0 - (a + b) * y / (a + 1.0) / fraction
  local front = math.exp(log_gamma_step(0.5 * df)) / math.sqrt(math.pi)
    * x ^ (0.5 * df) * math.sqrt(t * t / (df + t * t))
  local beta = front / a / fraction
  if swapped then beta = 1.0 - beta end
  return 0.5 * beta
end

-- The z that is as far out as t: Hill, Algorithm 395: Student's t-distribution, Communications of
-- the ACM 13 (1970). Its error falls with the sixth power of df.
local function hill(t, df)
  local a = df - 0.5
  local b = 48.0 * a * a
  local ratio = t * t / df
  local raised = 1.0 + ratio -- rounded: what is lost is put back (Kahan's log(1 + x))
  local w2 = a * ratio
  if raised > 1.0 then w2 = w2 * (math.log(raised) / (raised - 1.0)) end
  local w = math.sqrt(w2)
  return w + (w2 + 3.0) * w / b
    - (((4.0 * w2 + 33.0) * w2 + 240.0) * w2 + 855.0) * w / (10.0 * b * (b + 0.8 * w2 * w2 + 100.0))
end

-- The probability beyond t >= 0 on one side.
local function upper_tail(t, df)
  if df < 60.0 then return t_tail(t, df) end
  return statistics.normal_cdf(-hill(t, df))
end

--- The probability that Student's t with df > 0 degrees of freedom (whole or not) is at most t;
--- within 1e-11, the smaller tail within 3e-8 of itself down to 1e-22.
--- statistics.t_cdf(2.0, 10) is 0.9633059826
function statistics.t_cdf(t, df)
  local tail = upper_tail(math.abs(t), df)
  if t > 0.0 then return 1.0 - tail end
  return tail
end

--- The t below which Student's t with df >= 1 degrees of freedom lies with probability p, for p from
--- 0.0005 to 0.9995; within 1e-9 of itself. Newton's method on the logarithms of t and of the tail,
--- which for few degrees of freedom are nearly on a straight line.
--- statistics.t_quantile(0.975, 10) is 2.2281388520
function statistics.t_quantile(p, df)
  local small = math.min(p, 1.0 - p)
  local t = math.max(-statistics.normal_quantile(small), 1e-9)
  local peak = math.exp(log_gamma_step(0.5 * df)) / math.sqrt(math.pi * df) -- the density at 0
  for _ = 1, 5 do
    local tail = upper_tail(t, df)
    local density = peak * (1.0 + t * t / df) ^ (-0.5 * (df + 1.0))
    t = t * math.exp(math.log(tail / small) * tail / (t * density))
  end
  if p > 0.5 then return t end
  return -t
end

return statistics
