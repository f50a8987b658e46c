-- For wrk: takes the request from the environment (BENCH_BODY makes it a POST; BENCH_HEADERS are lines "name: value";
-- BENCH_PAUSE_MS is the time between two calls of a connection) and prints the result as one line of JSON.
local body = os.getenv("BENCH_BODY")
if body then
  wrk.method, wrk.body = "POST", body
end
for name, value in (os.getenv("BENCH_HEADERS") or ""):gmatch("([^:\n]+): ([^\n]+)") do
  wrk.headers[name] = value
end

local pause = tonumber(os.getenv("BENCH_PAUSE_MS") or "0")
if pause > 0 then
  function delay() return pause end
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"errors":%d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
