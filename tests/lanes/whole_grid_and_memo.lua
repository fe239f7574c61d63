-- Rows of a grid by varying index, a recursive local function with a memo.
return function(x, p)
  local grid = {}
  for i = 1, 3 do grid[i] = {} for j = 1, 3 do grid[i][j] = i * j * x.a end end
  local i, j = 1 + x.n % 3, 1 + x.m % 3
  grid[i][j] = grid[i][j] + 100
  local row = grid[i]
  row[2] = -1.5
  local sum = 0
  for _, r in ipairs(grid) do for _, v in ipairs(r) do sum = sum + v end end
  local memo = {}
  local function f(n) if n < 2 then return n end if memo[n] then return memo[n] end local v = f(n - 1) + f(n - 2); memo[n] = v; return v end
  local hist = {0, 0, 0, 0, 0}
  for k = 1, 4 do local bin = math.max(1, math.min(5, math.floor(x.shock[k] * 3))); hist[bin] = hist[bin] + 1 end
  return {sum = sum, fib = f(10), hist = hist, cell = grid[2][2]}
end
