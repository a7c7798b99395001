-- wrk's script: `wrk ... -s wrk.lua URL -- METHOD BODY [TOKENS_FILE FIRST]`. With a file of access tokens, one
-- a line, every request carries the next one, beginning with number FIRST. Prints a line of JSON at the end.

local tokens, at = {}, 0

function init(args)
  wrk.method = args[1]
  if args[2] ~= '' then wrk.body = args[2] end
  if not args[3] then return end
  for line in io.lines(args[3]) do tokens[#tokens + 1] = line end
  at = tonumber(args[4])
  local head = wrk.format():gsub("\r\n\r\n$", "\r\nauthorization: Bearer ")
  function request()
    at = at % #tokens + 1
    return head .. tokens[at] .. "\r\n\r\n"
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"refused":%d,"failed":%d,"p50Ms":%.3f,"p99Ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
