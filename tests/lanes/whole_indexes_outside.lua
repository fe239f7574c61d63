-- A series that starts late, and reading before and behind a list.
return function(x, p)
  local series = {}
  for m = 3, 8 do series[m] = x.a * m end
  local lag = 0
  for m = 1, 8 do lag = lag + (series[m - 2] or 0) end
  local cash = {1, 2, 3, x.b}
  local got = cash[x.n] or -1
  local k = cash[x.n - x.m] or x.a
  return {lag = lag, s5 = series[5], got = got, k = k}
end
