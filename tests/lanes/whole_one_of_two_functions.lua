-- A function chosen by trial gives two results or three.
return function(x, p)
  local hold, stop = function(v) return v, "hold" end, function(v) return v * 2, "stop", 3 end
  local f = x.flag and hold or stop
  local v, name, third = f(x.a)
  return {o1 = v, o2 = name, o3 = third or 0}
end
