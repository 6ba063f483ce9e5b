package.path = "tests/bench/?.lua;" .. package.path
local common = require("common")
setup = common.setup
done = common.done

-- GETs of the targets in a file, a line each, in no order.
local requests = {}
function init()
    for line in io.lines(os.getenv("BENCH_TARGETS")) do
        requests[#requests + 1] = common.get(line)
    end
    math.randomseed(os.time() + #thread_name + thread_name:byte(-1))
end

function request()
    return requests[math.random(#requests)]
end
