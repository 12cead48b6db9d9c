-- Joins a template and a table of values to requests, and tells the outcome as JSON (see load.py).
local pieces, fields, rows = {}, {}, {}
local at, number = 0, 0

local function split(text, mark)
   local found, from = {}, 1
   while true do
      local stop = string.find(text, mark, from, true)
      if not stop then break end
      found[#found + 1] = string.sub(text, from, stop - 1)
      from = stop + 1
   end
   found[#found + 1] = string.sub(text, from)
   return found
end

function init(args)
   local file = assert(io.open(args[1], "rb"))
   pieces = split(file:read("*a"), "\31")
   file:close()
   for place = 2, #pieces, 2 do fields[#fields + 1] = { place, pieces[place] } end
   for line in io.lines(args[2]) do rows[#rows + 1] = split(line, "\t") end
   number = tonumber(args[3])
end

function request()
   local row = rows[at % #rows + 1]
   for _, field in ipairs(fields) do
      local name = field[2]
      pieces[field[1]] = name == "n" and string.format("%08d", number) or row[tonumber(name)]
   end
   at, number = at + 1, number + 1
   return table.concat(pieces)
end

function done(summary, latency)
   local errors = summary.errors
   local failed = errors.status + errors.timeout + errors.read + errors.write + errors.connect
   print(string.format(
      '{"requests": %d, "seconds": %.6f, "failed": %d, "p50": %d, "p99": %d}',
      summary.requests, summary.duration / 1e6, failed,
      latency:percentile(50), latency:percentile(99)))
end
