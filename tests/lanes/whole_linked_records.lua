-- A linked list, and a state that is a text.
return function(x, p)
  local head = nil
  for i = 1, 4 do if draw.bernoulli(0.5, "n", i) then head = {v = i * x.a, next = head} end end
  local total, n, node = 0, 0, head
  while node do total = total + node.v; n = n + 1; node = node.next end
  local label = "stage"
  for i = 1, 3 do label = label .. "-" .. i end
  local state = "start"
  local visits = {}
  for m = 1, 8 do
    visits[state] = (visits[state] or 0) + 1
    if state == "start" then state = x.b > 0 and "pilot" or "wait"
    elseif state == "wait" then if draw.bernoulli(0.3, "w", m) then state = "pilot" end
    elseif state == "pilot" then if draw.bernoulli(0.4, "p", m) then state = "scale" elseif draw.bernoulli(0.1, "s", m) then state = "stop"; break end
    end
  end
  return {total = total, n = n, label = label, state = state, pilots = visits.pilot or 0, waits = visits.wait or 0, scales = visits.scale}
end
