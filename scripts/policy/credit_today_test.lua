--- Credit lines as they are renewed today: both rules of credit_today.lua, each limit from both sides.
-- SPDX-License-Identifier: Apache-2.0

local settings = { limit_ntd = 400000 }

return {
  policy = "credit_today.lua",
  cases = {
    { name = "paid in time", d = { months_late = 0, credit_limit_ntd = 140000 }, settings = settings, level = "auto" },
    { name = "a month late", d = { months_late = 1, credit_limit_ntd = 140000 }, settings = settings,
      level = "review", reason = "late" },
    { name = "a month late with a large line", d = { months_late = 1, credit_limit_ntd = 500000 }, settings = settings,
      level = "review", reason = "late" },
    { name = "a large line", d = { months_late = -2, credit_limit_ntd = 400001 }, settings = settings,
      level = "exception", reason = "large line" },
    { name = "a line at the limit", d = { months_late = 0, credit_limit_ntd = 400000 }, settings = settings,
      level = "auto" },
  },
}
